package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.intramuros.chat.AnswerSummary.Outcome;
import io.intramuros.chat.ChatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    private static final Path PAGES = Path.of("src/main/webapp");
    private static final Pattern USED = Pattern.compile("text\\['([\\w.-]+)'\\]|text\\.([a-zA-Z]\\w*)(?=[\\s}])");
    private static final Texts ENGLISH = Texts.of(Locale.ENGLISH);
    private static final Texts CHINESE = Texts.of(Locale.CHINESE);

    @Test
    void bothLanguagesHaveTheSameTexts() {
        assertEquals(
                new TreeSet<>(bundle(Locale.ENGLISH).keySet()),
                new TreeSet<>(bundle(Locale.CHINESE).keySet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "zh"})
    void everyTextIsAPatternWithoutStrayQuotes(String language) {
        ResourceBundle texts = bundle(Locale.forLanguageTag(language));
        for (String key : texts.keySet()) {
            assertDoesNotThrow(() -> new MessageFormat(texts.getString(key)), key);
            assertTrue(
                    texts.getString(key).indexOf('\'') < 0, () -> key + " has an apostrophe, which patterns swallow");
        }
    }

    @Test
    void everyTextThatPagesUseExists() throws IOException {
        try (Stream<Path> files = Files.walk(PAGES)) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".xhtml")).toList()) {
                USED.matcher(Files.readString(page))
                        .results()
                        .map(TextsTest::key)
                        .forEach(key -> assertTrue(ENGLISH.has(key), () -> page + " uses " + key));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ChatException.Kind.class)
    void everyRefusalIsWorded(ChatException.Kind kind) {
        assertTrue(ENGLISH.has("error." + kind.name()));
    }

    @Test
    void everyWayAnAnswerEndsIsWordedInTheTables() {
        for (String status : new AuditPage().getStatuses()) {
            assertTrue(ENGLISH.has("status." + status), status);
        }
        for (Outcome outcome : Outcome.values()) {
            assertTrue(ENGLISH.has("status." + outcome), outcome.name());
        }
    }

    @Test
    void readersGetTheFirstOfTheirLanguagesThatWeSpeak() {
        assertEquals("对话", inLanguages("zh-CN", "en").get("nav.chat"));
        assertEquals("对话", inLanguages("fr", "zh-Hant-TW", "en").get("nav.chat"));
        assertEquals("Chat", inLanguages("en-GB", "zh").get("nav.chat"));
        assertEquals("Chat", inLanguages("fr", "de").get("nav.chat"));
        assertEquals("Chat", inLanguages().get("nav.chat"));
    }

    @Test
    void theLineUnderAnAnswerSaysModelPrecisionTokensAndAnUnusualEnding() {
        assertEquals(
                "SmolLM2 · Q4_1 · 31 tokens read, 1,200 written",
                AnswerFactsText.of(ENGLISH, "SmolLM2", "Q4_1", 31, 1200, Outcome.STOP));
        assertEquals(
                "SmolLM2 · BF16 · 读取 31 个词元，生成 5 个 · 已停止",
                AnswerFactsText.of(CHINESE, "SmolLM2", "BF16", 31, 5, Outcome.CANCELLED));
    }

    private static Texts inLanguages(String... tags) {
        return Texts.of(Stream.of(tags).map(Locale::forLanguageTag).toList());
    }

    private static String key(MatchResult used) {
        return used.group(1) != null ? used.group(1) : used.group(2);
    }

    private static ResourceBundle bundle(Locale locale) {
        return ResourceBundle.getBundle(Texts.BUNDLE, locale, TextsTest.class.getClassLoader());
    }
}
