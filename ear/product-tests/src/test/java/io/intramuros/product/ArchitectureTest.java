package io.intramuros.product;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dependencies point one way: web → ejb → jpa, ejb → the engine's public API, subsystem → engine → kernels. */
class ArchitectureTest {
    private static final Path REPOSITORY = Path.of(System.getProperty("intramuros.repository"));
    private static final List<String> MODULES = List.of(
            "native-kernels/kernels",
            "native-kernels/engine",
            "jpa",
            "ejb",
            "web/common",
            "web/api",
            "web/portal",
            "wildfly-config/subsystem",
            "wildfly-config/run");

    /** The class in a public package that makes what the package describes: the one place that knows what is behind it. */
    private static final DescribedPredicate<JavaClass> ENTRANCE = DescribedPredicate.describe(
            "the entrance of the kernels", type -> type.getName().startsWith("io.intramuros.kernels.Backends"));

    private static final JavaClasses ALL = in(MODULES.toArray(String[]::new));

    @Test
    void nothingInNativeKernelsKnowsJakartaEe() {
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage("jakarta..", "org.jboss..", "org.wildfly.."),
                in("native-kernels/kernels", "native-kernels/engine"));
    }

    @Test
    void theKernelsKnowNothingOfTheEngine() {
        check(
                noClasses().should().dependOnClassesThat().resideInAPackage("io.intramuros.engine.."),
                in("native-kernels/kernels"));
    }

    @Test
    void theDoorsKnowTheBeansAloneNeitherTheEngineNorTheDatabase() {
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.intramuros.engine..",
                                "io.intramuros.kernels..",
                                "io.intramuros.persistence..",
                                "jakarta.persistence..",
                                "java.sql.."),
                in("web/common", "web/api", "web/portal"));
    }

    @Test
    void theDoorsDoNotKnowEachOther() {
        check(
                noClasses().should().dependOnClassesThat().resideInAPackage("io.intramuros.web.portal.."),
                in("web/common", "web/api"));
        check(
                noClasses().should().dependOnClassesThat().resideInAPackage("io.intramuros.web.api.."),
                in("web/common", "web/portal"));
    }

    @Test
    void theBeansKnowNoHttpAndOfTheEngineItsPublicApiAlone() {
        JavaClasses beans = in("ejb");
        check(
                noClasses().should().dependOnClassesThat().resideInAnyPackage("jakarta.servlet..", "jakarta.ws.rs.."),
                beans);
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "io.intramuros.engine.(*)..",
                                "io.intramuros.kernels..",
                                "io.intramuros.web.api..",
                                "io.intramuros.web.portal..",
                                "io.intramuros.web.."),
                beans);
    }

    @Test
    void persistenceKnowsNeitherHttpNorTheBeansNorTheEngine() {
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(
                                "jakarta.servlet..",
                                "jakarta.ws.rs..",
                                "java.net.http..",
                                "io.intramuros.chat..",
                                "io.intramuros.pool..",
                                "io.intramuros.usage..",
                                "io.intramuros.engine..",
                                "io.intramuros.kernels.."),
                in("jpa"));
    }

    @Test
    void nothingNeedsTheEnginesCommandLine() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("io.intramuros.engine.cli..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.intramuros.engine.cli.."),
                ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "native-kernels/kernels",
                "native-kernels/engine",
                "jpa",
                "ejb",
                "web/common",
                "web/api",
                "web/portal",
                "wildfly-config/subsystem",
                "wildfly-config/run"
            })
    void packagesOfAModuleFormNoCycle(String module) {
        check(
                slices().matching("io.intramuros.(**)")
                        .should()
                        .beFreeOfCycles()
                        .ignoreDependency(ENTRANCE, DescribedPredicate.alwaysTrue()),
                in(module));
    }

    @Test
    void everyModuleWasLookedAt() throws Exception {
        for (String module : MODULES) {
            try (Stream<Path> sources = Files.walk(REPOSITORY.resolve(module).resolve("src/main/java"))) {
                Path source = sources.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.endsWith("package-info.java"))
                        .findFirst()
                        .orElseThrow();
                String name = source.getFileName().toString().replace(".java", "");
                if (in(module).stream().map(JavaClass::getSimpleName).noneMatch(name::equals)) {
                    throw new AssertionError(module + " isn't compiled: " + name + " is missing");
                }
            }
        }
    }

    private static void check(ArchRule rule, JavaClasses classes) {
        rule.allowEmptyShould(true).check(classes);
    }

    private static JavaClasses in(String... modules) {
        return new ClassFileImporter()
                .importPaths(Stream.of(modules)
                        .map(module -> REPOSITORY.resolve(module).resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .toList());
    }
}
