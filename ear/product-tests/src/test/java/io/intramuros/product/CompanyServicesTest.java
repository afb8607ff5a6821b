package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code ./run} with a company's own PostgreSQL, its own Keycloak and models of its own. */
class CompanyServicesTest {
    private static final String GGUF_MODEL = "llama-q8_0";

    private static Company company;
    private static Product product;

    @BeforeAll
    static void start() {
        company = Company.runningWith(Company.MODEL);
        product = company.product();
    }

    @Test
    void aPersonOfTheCompanysRealmSignsInAndIsToldWhichModelAnswers() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn(CompanyRealm.PERSON, CompanyRealm.PASSWORD);

            assertEquals(CompanyRealm.PERSON, browser.find("#user-name").getText());
            String model = browser.find("#model-info").getText();
            assertTrue(model.contains(Company.MODEL) || model.matches("llama · Q8_0.*"), model);
            assertTrue(browser.all("#demonstration-notice").isEmpty(), "this is no demonstration model");

            browser.find("#sign-out").click();
            assertTrue(browser.find("#sign-in").isDisplayed());
        }
    }

    @Test
    void noKeycloakOfOurOwnIsStarted() {
        assertEquals(List.of(), product.processesOf("keycloak"));
    }

    @Test
    void theDatabasesPasswordIsOnNoCommandLineAndInNoFile() throws IOException {
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            assertFalse(Product.commandLine(process).toString().contains(Postgres.PASSWORD), process::toString);
        }
        try (var files = Files.walk(product.home())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content = Files.readAllBytes(file);
                assertFalse(
                        new String(content, StandardCharsets.ISO_8859_1).contains(Postgres.PASSWORD), file::toString);
            }
        }
    }

    @Test
    void questionsAreOnRecordInPostgresAndStayThereWhenItStartsAgainWithAnotherModel() {
        String before = ask(Company.MODEL);
        assertEquals(List.of(Company.MODEL), modelsOnRecord(before));

        Company.runningWith(GGUF_MODEL + ".gguf");
        String after = ask(GGUF_MODEL);

        assertEquals(List.of(GGUF_MODEL), modelsOnRecord(after));
        assertEquals(List.of(Company.MODEL), modelsOnRecord(before));
    }

    @Test
    void withoutAGpusDriverAnEngineForGpusSaysSoInALineAndTheServerAnswersAsBefore() throws IOException {
        assumeFalse(Files.exists(Path.of("/proc/driver/nvidia/version")), "this machine has NVIDIA's driver");
        Management management = new Management(product);
        management.succeed(
                "/subsystem=intramuros/engine=on-gpus:add(backend=cuda,model=\"" + management.model() + "\")");
        try {
            Waiting.until(
                    "the engine on-gpus to fail",
                    () -> management.engine("on-gpus", "state"),
                    state -> state.contains("failed"));
            String reason = management.engine("on-gpus", "state-detail");
            assertTrue(reason.contains("no NVIDIA driver") && reason.contains("install the driver"), reason);
            assertEquals(1, reason.lines().count(), reason);
            assertEquals(1, product.logged("The engine on-gpus failed: The backend cuda is not available"));
            assertEquals(0, product.logged("at io.intramuros.kernels"));
            ask(served());
        } finally {
            management.removeEngine("on-gpus");
        }
    }

    private static String served() {
        try (Api api = new Api(product)) {
            return api.model(company.token(api));
        }
    }

    /** Asks as a program of the company's realm and returns the request's id. */
    private static String ask(String model) {
        try (Api api = new Api(product)) {
            String token = company.token(api);
            assertEquals(model, api.model(token));
            HttpResponse<String> answer = api.complete(
                    token, api.question(token, "Hello").add("max_tokens", 4).build());
            assertEquals(200, answer.statusCode(), answer::body);
            return answer.headers().firstValue("x-request-id").orElseThrow();
        }
    }

    private static List<String> modelsOnRecord(String request) {
        return company.query(
                "select model from usage_audit where settled_at is not null and request_id = '" + request + "'");
    }
}
