package io.intramuros.web.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the page's own renderer with the page's own library. The document's second check is tested in a browser. */
class MarkdownTest {
    private static final Path MODULE = Path.of("src/main/webapp/assets/markdown.js");
    private static final Path LIBRARY = Path.of("target/browser-libraries/assets/vendor/markdown-it.min.js");
    private static final Pattern TAG = Pattern.compile("<\\s*/?\\s*([a-zA-Z][\\w-]*)([^>]*)>");
    private static final Pattern PLAIN_TAG =
            Pattern.compile("p|br|hr|strong|em|s|code|pre|blockquote|ul|ol|li|a|h[3-6]|table|thead|tbody|tr|th|td");
    private static final Pattern PLAIN_ATTRIBUTES =
            Pattern.compile("( (href=\"(https?://|mailto:)[^\"]*\"|title=\"[^\"]*\"|target=\"_blank\"|rel=\"[a-z ]+\""
                    + "|class=\"(language-[^\" ]*|align-(left|right|center))\"|start=\"\\d+\"))* ?/?");

    private static Context context;
    private static Value render;

    @BeforeAll
    static void loadRenderer() throws IOException {
        context = Context.newBuilder("js")
                .option("engine.WarnInterpreterOnly", "false")
                .option("js.esm-eval-returns-exports", "true")
                .build();
        context.eval(Source.newBuilder("js", LIBRARY.toFile()).build());
        Value module = context.eval(Source.newBuilder("js", MODULE.toFile())
                .mimeType("application/javascript+module")
                .build());
        render = module.getMember("createRenderer")
                .execute(context.getBindings("js").getMember("markdownit"));
    }

    @AfterAll
    static void close() {
        context.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<svg onload=alert(1)>",
                "<iframe src=https://evil.example></iframe>",
                "<a href=\"javascript:alert(1)\">x</a>",
                "text <b onmouseover=alert(1)>b</b>",
                "<!-- <script>alert(1)</script> -->",
                "<style>*{display:none}</style>",
                "<form action=https://evil.example><input name=password></form>",
                "[x](javascript:alert(1))",
                "[x](JaVaScRiPt:alert(1))",
                "[x](&#106;avascript:alert(1))",
                "[x](java&Tab;script:alert(1))",
                "[x](\\x6Aavascript:alert(1))",
                "[x](  javascript:alert(1))",
                "[x](vbscript:x)",
                "[x](data:text/html;base64,PHNjcmlwdD4=)",
                "[x](file:///etc/passwd)",
                "[x](//evil.example)",
                "[x](/portal/sign-out)",
                "[x](sign-out)",
                "<javascript:alert(1)>",
                "[x][y]\n\n[y]: javascript:alert(1)",
                "[x](https://a.example/\"onmouseover=\"alert(1))",
                "[x](https://a.example \"title\\\" onmouseover=alert(1)\")",
                "![x](https://evil.example/pixel.png)",
                "![x\" onerror=\"alert(1)](https://evil.example/pixel.png)",
                "![x](javascript:alert(1))",
                "![x](data:image/svg+xml,<svg onload=alert(1)>)",
                "[![x](https://evil.example/a.png)](https://b.example)",
                "```\"><script>alert(1)</script>\ncode\n```",
                "```js onload=alert(1)\ncode\n```",
                "`<script>`",
                "|a|\n|:-:|\n|<script>alert(1)</script>|",
                "# <script>alert(1)</script>",
                "[x]: https://a.example \"><script>\"\n\n[x]",
                "https://a.example/<script>",
                "\u0000<script>\u0000",
                "&lt;script&gt;alert(1)&lt;/script&gt;",
                "*<img src=x*onerror=alert(1)>",
                "<scr<script>ipt>alert(1)</scr</script>ipt>"
            })
    void noMarkupOfTheWritersOwnSurvives(String hostile) {
        String html = html(hostile);
        var tags = TAG.matcher(html);
        while (tags.find()) {
            assertTrue(PLAIN_TAG.matcher(tags.group(1)).matches(), html);
            assertTrue(PLAIN_ATTRIBUTES.matcher(tags.group(2)).matches(), html);
        }
    }

    @Test
    void linksToTheWebOpenElsewhereAndTellNothing() {
        assertEquals(
                "<p><a href=\"https://a.example/?q=1&amp;r=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a></p>\n",
                html("[x](https://a.example/?q=1&r=2)"));
    }

    @Test
    void addressesInTheTextBecomeLinks() {
        assertTrue(html("see https://a.example/x now").contains("<a href=\"https://a.example/x\" target=\"_blank\""));
    }

    @Test
    void imagesAreShownAsLinks() {
        String html = html("![a wall](https://a.example/wall.png)");
        assertFalse(html.contains("<img"));
        assertTrue(html.contains("<a href=\"https://a.example/wall.png\" target=\"_blank\""));
        assertTrue(html.contains(">a wall</a>"));
    }

    @Test
    void tablesAlignTheirCellsWithoutStyleAttributes() {
        String html = html("|a|b|\n|:-|-:|\n|1|2|");
        assertTrue(html.contains("<th class=\"align-left\">a</th>"), html);
        assertTrue(html.contains("<td class=\"align-right\">2</td>"), html);
    }

    @Test
    void headingsBeginBelowThePagesOwn() {
        assertEquals("<h3>a</h3>\n<h6>b</h6>\n<h6>c</h6>\n", html("# a\n#### b\n###### c"));
    }

    @Test
    void codeKeepsItsLanguageAndItsText() {
        assertEquals(
                "<pre><code class=\"language-java\">if (a &lt; b) {}\n</code></pre>\n",
                html("```java\nif (a < b) {}\n```"));
    }

    @Test
    void anUnfinishedAnswerIsRenderedAsFarAsItCame() {
        assertEquals("<pre><code class=\"language-python\">print(</code></pre>\n", html("```python\nprint("));
    }

    private static String html(String markdown) {
        return render.execute(markdown).asString();
    }
}
