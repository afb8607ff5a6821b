package io.intramuros.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

class ChatPageTest {
    private static final String LONG = "Tell me a very long story about a walled city, its gates and its people.";

    private final Product product = Product.running();

    @Test
    void anAnswerGrowsOnThePageWhileItIsWritten() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").ask(LONG);

            String beginning = Waiting.until("the answer's first words", browser::answer, text -> text.length() > 10);
            String more =
                    Waiting.until("more of the answer", browser::answer, text -> text.length() > beginning.length());

            assertFalse(browser.all(".answer:last-child[data-state=writing]").isEmpty(), "it is still being written");
            assertTrue(more.startsWith(beginning.substring(0, 10)), more);
            browser.click("#stop");
            browser.awaitAnswer();
        }
    }

    @Test
    void stoppingEndsTheAnswerAtOnce() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").ask(LONG);
            Waiting.until("the answer's first words", browser::answer, text -> !text.isBlank());

            Instant stopped = Instant.now();
            browser.click("#stop");

            assertEquals("CANCELLED", browser.awaitAnswer());
            assertTrue(Duration.between(stopped, Instant.now()).compareTo(Duration.ofSeconds(5)) < 0);
            assertTrue(browser.find("#send").isDisplayed(), "one can ask again");
        }
    }

    @Test
    void anEmptyPageOffersExamplesAndEscapeStopsTheAnswer() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice");
            WebElement example = browser.find(".suggestion");
            String text = example.getText();

            example.click();
            WebElement question = browser.find("#question");
            assertEquals(text, question.getDomProperty("value"), "to be changed or sent");
            question.sendKeys(Keys.ENTER);
            Waiting.until("the answer's first words", browser::answer, words -> !words.isBlank());
            question.sendKeys(Keys.ESCAPE);

            assertEquals("CANCELLED", browser.awaitAnswer());
        }
    }

    @Test
    void aWholeAnswerCanBeCopied() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").askBriefly("Say hello.");

            WebElement copy = browser.find(".answer:last-child .foot .copy");
            copy.click();

            Waiting.until("the button to say so", copy::getText, "Copied"::equals);
        }
    }

    @Test
    void anAnswerSaysWhichModelWroteItInWhichPrecisionWithHowManyTokens() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").ask("Say hello.");
            browser.awaitAnswer();

            String facts = browser.find(".answer:last-child .facts").getText();

            assertTrue(facts.toLowerCase(Locale.ROOT).contains("smollm2"), facts);
            assertTrue(facts.contains("Q4_1"), facts);
            assertTrue(facts.matches(".*\\d+ tokens read, \\d+ written.*"), facts);
            assertTrue(browser.find("#demonstration-notice").isDisplayed());
        }
    }

    @Test
    void aConversationIsFoundAgainRenamedAndDeleted() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("bob").askBriefly("What is a gate?");
            String id = String.valueOf(browser.script("return document.getElementById('chat').dataset.conversation"));
            String item = "#conversation-list [data-conversation='" + id + "']";

            browser.open("?conversation=" + id);
            assertTrue(browser.find(".question .text").getText().contains("What is a gate?"));
            assertFalse(browser.answer().isBlank());

            browser.click(item + " .rename");
            browser.find("#rename-input").clear();
            browser.find("#rename-input").sendKeys("Gates");
            browser.find("#rename-save").click();
            Waiting.until("the new title", () -> browser.find(item + " a").getText(), "Gates"::equals);
            browser.open("?conversation=" + id);
            assertEquals("Gates", browser.find(item + " a").getText());

            browser.click(item + " .delete");
            browser.find("#delete-confirm").click();
            browser.awaitGone(item);
            browser.open("");
            assertTrue(browser.all(item).isEmpty());
        }
    }

    @Test
    void anotherUsersConversationIsNotToBeHad() {
        try (Browser alice = Browser.atADesk(product);
                Browser bob = Browser.atADesk(product)) {
            alice.signIn("alice").askBriefly("What is my secret word, portcullis, good for?");
            String id = String.valueOf(alice.script("return document.getElementById('chat').dataset.conversation"));

            bob.signIn("bob").open("?conversation=" + id);

            assertFalse(bob.text().contains("portcullis"), bob.text());
        }
    }

    @Test
    void markupInQuestionsAndAnswersNeverBecomesPartOfThePage() {
        String attack =
                "<img src=x onerror='window.broken=1'><script>window.broken=2</script> [a](javascript:window.broken=3)";
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("alice").askBriefly("Repeat exactly: " + attack);

            assertTrue(
                    browser.find(".question:nth-last-child(2) .text").getText().contains("<script>"));
            assertNull(browser.script("return window.broken"));
            assertEquals(
                    0L,
                    browser.script("return document.querySelectorAll("
                            + "'#messages script, #messages img, #messages a[href^=javascript]').length"));
        }
    }

    @Test
    void noPageBreaksItsOwnPolicyOrWritesErrorsToTheConsole() {
        try (Browser browser = Browser.atADesk(product)) {
            browser.signIn("audra").askBriefly("Write a Markdown table of two walls, and a code block.");
            browser.open("usage");
            browser.find("#allowance");
            browser.open("audit");
            browser.find("#sums");

            assertEquals(List.of(), browser.consoleErrors());
        }
    }

    @Test
    void aPhoneNeedsNoScrollingSideways() {
        try (Browser browser = Browser.onAPhone(product)) {
            browser.signIn("audra").askBriefly("Write one very long line of code in a code block.");
            for (String page : List.of("", "usage", "audit")) {
                browser.open(page);
                browser.find("#main");

                assertEquals(
                        true,
                        browser.script("return document.documentElement.scrollWidth <= window.innerWidth"),
                        "/portal/" + page);
            }
        }
    }

    @Test
    void aChineseBrowserGetsChinesePages() {
        try (Browser browser = Browser.inChinese(product)) {
            browser.signIn("alice");

            assertEquals("zh-Hans", browser.script("return document.documentElement.lang"));
            assertTrue(
                    browser.find("#send").getText().codePoints().allMatch(Character::isIdeographic),
                    browser.find("#send").getText());
        }
    }
}
