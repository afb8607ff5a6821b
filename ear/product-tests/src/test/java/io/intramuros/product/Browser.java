package io.intramuros.product;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A real Chromium with an empty profile, and a person who can sign in. */
final class Browser implements AutoCloseable {
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");
    private static final Dimension DESK = new Dimension(1280, 900);
    private static final Dimension PHONE = new Dimension(360, 740);

    private final Product product;
    private final Path profile;
    private final ChromeDriver driver;
    private final WebDriverWait wait;

    private Browser(Product product, String language, Dimension size) {
        this.product = product;
        try {
            profile = Files.createTempDirectory("chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // It warns that it knows no newer protocol than its own; the command used below has been stable for years.
        SELENIUM.setLevel(Level.SEVERE);
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(onPath("chromedriver"))
                        .usingAnyFreePort()
                        .build(),
                options(profile, language));
        wait = new WebDriverWait(driver, Waiting.PATIENCE, Waiting.LOOK_AGAIN);
        driver.manage().window().setSize(size);
        // A window of the new headless mode isn't made narrower than 500 pixels; the page's view can be.
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        size.getWidth(),
                        "height",
                        size.getHeight(),
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        size.getWidth() < DESK.getWidth()));
    }

    static Browser atADesk(Product product) {
        return new Browser(product, "en-GB", DESK);
    }

    static Browser inChinese(Product product) {
        return new Browser(product, "zh-CN", DESK);
    }

    static Browser onAPhone(Product product) {
        return new Browser(product, "en-GB", PHONE);
    }

    /** Opens the portal and signs in with Keycloak, as one of the demonstration's people. */
    Browser signIn(String user) {
        return signIn(user, product.passwordOf(user));
    }

    Browser signIn(String user, String password) {
        open("");
        find("#username").sendKeys(user);
        find("#password").sendKeys(password);
        find("#kc-login").click();
        find("#sign-out");
        return this;
    }

    /** Opens a page of the portal. */
    void open(String path) {
        driver.get(product.portal() + path);
    }

    /** The element, once it is visible. */
    WebElement find(String css) {
        return wait.until(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(css)));
    }

    List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    void awaitGone(String css) {
        wait.until(ExpectedConditions.invisibilityOfElementLocated(By.cssSelector(css)));
    }

    /** Clicks an element that may only be reachable by script, such as one shown on hover. */
    void click(String css) {
        driver.executeScript(
                "arguments[0].click()", wait.until(ExpectedConditions.presenceOfElementLocated(By.cssSelector(css))));
    }

    /** Chooses an entry of a list by its value. */
    void choose(String css, String value) {
        new Select(find(css)).selectByValue(value);
    }

    /** Types a question and sends it with the keyboard. */
    void ask(String question) {
        WebElement field = find("#question");
        field.sendKeys(question);
        field.sendKeys(Keys.ENTER);
    }

    /** Asks, and stops the answer after its first words: a small model may go on for long. */
    void askBriefly(String question) {
        ask(question);
        Waiting.until("the answer's first words", this::answer, text -> !text.isBlank());
        click("#stop");
        awaitAnswer();
    }

    /** The text of the last answer as far as it is there. */
    String answer() {
        return String.valueOf(script("return document.querySelector('.answer:last-child .text')?.textContent ?? ''"));
    }

    /** Waits for the last answer's end and returns how it ended. */
    String awaitAnswer() {
        Waiting.until(
                "the answer's end",
                () -> script("return document.querySelector('.answer:last-child')?.dataset.state ?? ''"),
                "finished"::equals);
        return String.valueOf(script("return document.querySelector('.answer:last-child').dataset.outcome"));
    }

    Object script(String script) {
        return driver.executeScript(script);
    }

    /** Fetches an address of the portal as this person and returns its status, a line end, and its text. */
    String fetch(String path) {
        return String.valueOf(driver.executeAsyncScript(
                "const [path, done] = arguments;"
                        + "fetch(path).then(async r => done(r.status + '\\n' + await r.text())).catch(e => done('0\\n' + e))",
                path));
    }

    String url() {
        return driver.getCurrentUrl();
    }

    String text() {
        return find("body").getText();
    }

    /** What the console said of errors: broken policies, scripts and requests. */
    List<String> consoleErrors() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    private static ChromeOptions options(Path profile, String language) {
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(onPath("chromium"));
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile,
                "--lang=" + language,
                "--accept-lang=" + language);
        options.setExperimentalOption("prefs", Map.of("intl.accept_languages", language));
        options.setCapability("goog:loggingPrefs", logging);
        return options;
    }

    private static File onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .map(folder -> Path.of(folder, program).toFile())
                .filter(File::canExecute)
                .findFirst()
                .orElseThrow(() -> new AssertionError(program + " isn't installed; ./test product installs it"));
    }

    @Override
    public void close() {
        driver.quit();
        Folders.delete(profile);
    }
}
