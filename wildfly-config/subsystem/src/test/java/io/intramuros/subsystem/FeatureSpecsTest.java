package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jboss.as.controller.PathAddress;
import org.jboss.as.controller.operations.common.Util;
import org.jboss.dmr.ModelNode;
import org.jboss.dmr.ModelType;
import org.junit.Test;
import org.w3c.dom.Element;

/** The feature pack's specifications are written by hand; the management model says what they have to be. */
public class FeatureSpecsTest extends RunningSubsystem {
    private static final Path FEATURES = Path.of("../feature-pack/src/main/resources/features");

    /** What a domain and the extension's own resource add, neither of which is in these tests. */
    private static final Set<String> BEYOND_THE_SUBSYSTEM = Set.of("profile", "host", "extension");

    @Test
    public void theSubsystemsFeatureIsWhatTheModelSays() throws Exception {
        holdToModel(SUBSYSTEM, "subsystem.intramuros");
    }

    @Test
    public void theEnginesFeatureIsWhatTheModelSays() throws Exception {
        holdToModel(engine("*"), "subsystem.intramuros.engine");
    }

    private void holdToModel(PathAddress address, String name) throws Exception {
        start("");
        ModelNode described = feature(succeed(Util.createEmptyOperation("read-feature-description", address)));
        Element spec = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(FEATURES.resolve(name).resolve("spec.xml").toFile())
                .getDocumentElement();

        assertEquals(described.get("name").asString(), spec.getAttribute("name"));
        assertEquals(parametersOf(described), parametersOf(spec));
        assertEquals(names(described.get("annotation", "op-params").asString()), names(annotation(spec, "op-params")));
        assertEquals(
                described.get("provides").asListOrEmpty().stream()
                        .map(ModelNode::asString)
                        .toList(),
                provided(spec));
        Set<String> addressed = names(annotation(spec, "addr-params"));
        addressed.removeAll(BEYOND_THE_SUBSYSTEM);
        assertEquals(names(described.get("annotation", "addr-params").asString()), addressed);
    }

    private static ModelNode feature(ModelNode result) {
        return result.getType() == ModelType.LIST ? result.get(0).get("result", "feature") : result.get("feature");
    }

    private static Map<String, Map<String, String>> parametersOf(ModelNode feature) {
        Map<String, Map<String, String>> parameters = new TreeMap<>();
        for (ModelNode parameter : feature.get("params").asList()) {
            Map<String, String> traits = new TreeMap<>();
            for (String trait : List.of("feature-id", "nillable", "default")) {
                if (parameter.hasDefined(trait)) {
                    traits.put(trait, parameter.get(trait).asString());
                }
            }
            parameters.put(parameter.get("name").asString(), traits);
        }
        return parameters;
    }

    private static Map<String, Map<String, String>> parametersOf(Element spec) {
        Map<String, Map<String, String>> parameters = new TreeMap<>();
        for (Element parameter : elements(spec, "param")) {
            Map<String, String> traits = new TreeMap<>();
            for (String trait : List.of("feature-id", "nillable", "default")) {
                if (parameter.hasAttribute(trait)) {
                    traits.put(trait, parameter.getAttribute(trait));
                }
            }
            parameters.put(parameter.getAttribute("name"), traits);
        }
        parameters.keySet().removeAll(BEYOND_THE_SUBSYSTEM);
        return parameters;
    }

    private static List<String> provided(Element spec) {
        return elements(spec, "capability").stream()
                .map(capability -> capability.getAttribute("name"))
                .toList();
    }

    private static String annotation(Element spec, String name) {
        return elements(spec, "elem").stream()
                .filter(element -> element.getAttribute("name").equals(name))
                .map(element -> element.getAttribute("value"))
                .findFirst()
                .orElseThrow();
    }

    private static List<Element> elements(Element parent, String tag) {
        var nodes = parent.getElementsByTagName(tag);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private static Set<String> names(String list) {
        Set<String> names = new TreeSet<>(Arrays.asList(list.split(",")));
        names.remove("");
        return names;
    }
}
