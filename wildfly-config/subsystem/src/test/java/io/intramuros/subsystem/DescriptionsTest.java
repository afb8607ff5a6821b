package io.intramuros.subsystem;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Locale;
import java.util.ResourceBundle;
import org.jboss.as.controller.operations.common.Util;
import org.jboss.dmr.ModelNode;
import org.junit.Test;

/** Administrators read the descriptions in the console, in English and in Chinese. */
public class DescriptionsTest extends RunningSubsystem {
    private static final String BUNDLE = "io.intramuros.subsystem.LocalDescriptions";

    @Test
    public void englishAndChineseDescribeTheSame() {
        ResourceBundle.Control exact =
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
        ResourceBundle english = ResourceBundle.getBundle(BUNDLE, Locale.ROOT, exact);
        ResourceBundle chinese = ResourceBundle.getBundle(BUNDLE, Locale.CHINESE, exact);
        assertEquals(Locale.CHINESE, chinese.getLocale());
        for (String key : english.keySet()) {
            assertTrue(
                    key + " lacks a Chinese description",
                    chinese.containsKey(key) && hasChinese(chinese.getString(key)));
        }
        assertEquals(english.keySet(), chinese.keySet());
    }

    @Test
    public void theConsoleCanAskForChinese() throws Exception {
        start("<engine name=\"main\" model=\"/no/such/model\"/>");
        ModelNode operation = Util.createEmptyOperation("read-resource-description", engine("main"));
        operation.get("locale").set("zh-CN");
        ModelNode described = succeed(operation);
        String model = described.get("attributes", "model", "description").asString();
        assertTrue(described.toString(), hasChinese(model));
    }

    private static boolean hasChinese(String text) {
        return text.codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    }
}
