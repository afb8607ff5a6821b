package io.intramuros.product;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The official OpenAI client for Python, unchanged but for base URL and key; its tests are in openai_client_test.py. */
class OpenAiClientTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Product product = Product.running();

    @TestFactory
    Stream<DynamicTest> openAisOwnClientWorks() throws Exception {
        Path folder = Path.of(System.getProperty("intramuros.tests"));
        Path python = folder.resolve("venv/bin/python");
        if (!Files.exists(python)) {
            throw new AssertionError("The OpenAI client isn't installed; ./test product installs it");
        }
        Path report = Files.createTempFile(folder, "openai-client", ".xml");
        Programs.Outcome outcome = Programs.run(
                product.repository().resolve("ear/product-tests/src/test/python"),
                Map.of(
                        "INTRAMUROS_API", product.api(),
                        "INTRAMUROS_TOKEN_URL", product.tokenUrl(),
                        "INTRAMUROS_CLIENT_ID", product.clientId(),
                        "INTRAMUROS_CLIENT_SECRET", product.clientSecret(),
                        "PYTHONDONTWRITEBYTECODE", "1"),
                PATIENCE,
                List.of(
                        python.toString(),
                        "-m",
                        "pytest",
                        "-q",
                        "-p",
                        "no:cacheprovider",
                        "--junitxml=" + report,
                        "openai_client_test.py"));
        List<DynamicTest> tests = tests(report);
        if (tests.isEmpty()) {
            throw new AssertionError(outcome.output());
        }
        return tests.stream();
    }

    private static List<DynamicTest> tests(Path report) throws Exception {
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            tests.add(DynamicTest.dynamicTest(test.getAttribute("name").replace('_', ' '), () -> fail(test)));
        }
        return tests;
    }

    private static void fail(Element test) {
        for (String kind : List.of("failure", "error")) {
            NodeList found = test.getElementsByTagName(kind);
            if (found.getLength() > 0) {
                throw new AssertionError(found.item(0).getTextContent());
            }
        }
    }
}
