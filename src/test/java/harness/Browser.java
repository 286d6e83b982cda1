package harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * Headless Chromium from Debian's packages, with what it writes to its console. It reaches this
 * machine alone.
 */
public final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PACKAGES = "Debian's packages chromium and chromium-driver";

    private final ChromeDriver driver;
    private final String server;
    private String colours = "light";

    private Browser(ChromeDriver driver, String server) {
        this.driver = driver;
        this.server = server;
    }

    /**
     * Opens a window on a server; where there is no Chromium, the test is skipped, and in CI it
     * fails.
     *
     * @param server {@code http://host:port}
     */
    public static Browser open(String server) {
        Path chromium = Path.of("/usr/bin/chromium");
        Path control = Path.of("/usr/bin/chromedriver");
        boolean there = Files.isExecutable(chromium) && Files.isExecutable(control);
        assumeTrue(there || System.getenv("CI") != null, "Needs " + PACKAGES);
        assertThat(there).as("a browser: install %s", PACKAGES).isTrue();
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.toFile());
        // Chromium's sandbox does not work for root, nor in most containers.
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--hide-scrollbars",
                "--lang=en",
                // Whatever a page takes from elsewhere is missing.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
                "--window-size=1280,900");
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(control.toString()))
                        .usingAnyFreePort()
                        .withSilent(true)
                        .build();
        ChromeDriver driver = new ChromeDriver(service, options);
        // A page with many rows keeps axe busy, on a busy machine all the more.
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(2));
        return new Browser(driver, server);
    }

    public void visit(String path) {
        driver.get(server + path);
    }

    /** Waits for an element that is shown. */
    public WebElement await(By what) {
        return new WebDriverWait(driver, PATIENCE)
                .ignoring(org.openqa.selenium.StaleElementReferenceException.class)
                .withMessage(() -> what + " in\n" + text())
                .until(
                        page ->
                                page.findElements(what).stream()
                                        .filter(WebElement::isDisplayed)
                                        .findFirst()
                                        .orElse(null));
    }

    /** Clicks what is shown, also if the page has just put another in its place. */
    public void click(By what) {
        new WebDriverWait(driver, PATIENCE)
                .ignoring(org.openqa.selenium.StaleElementReferenceException.class)
                .withMessage(() -> what + " in\n" + text())
                .until(
                        page -> {
                            await(what).click();
                            return true;
                        });
    }

    /** Waits for a text anywhere on the page. */
    public void awaitText(String text) {
        awaitText("body", text);
    }

    /** Waits until an element that a page may put anew at any moment has all of the texts. */
    public void awaitText(String selector, String... texts) {
        new WebDriverWait(driver, PATIENCE)
                .withMessage(() -> String.join(", ", texts) + " in\n" + text(selector))
                .until(page -> Arrays.stream(texts).allMatch(text(selector)::contains));
    }

    /** What a person reads in the first element that the CSS selector finds; empty without one. */
    public String text(String selector) {
        return (String)
                script("return document.querySelector(arguments[0])?.innerText ?? ''", selector);
    }

    public List<WebElement> all(By what) {
        return driver.findElements(what);
    }

    /** What a person reads on the page. */
    public String text() {
        return text("body");
    }

    public Object script(String script, Object... arguments) {
        return ((JavascriptExecutor) driver).executeScript(script, arguments);
    }

    /** What the page prefers: {@code light} or {@code dark}. */
    public void colours(String scheme) {
        colours = scheme;
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Turns the mouse's wheel with Ctrl above the middle of an element, away from the person. */
    @SuppressWarnings("unchecked")
    public void wheelWithCtrl(String selector) {
        List<Number> middle =
                (List<Number>)
                        script(
                                "const box ="
                                    + " document.querySelector(arguments[0]).getBoundingClientRect();"
                                    + " return [box.x + box.width / 2, box.y + box.height / 2]",
                                selector);
        driver.executeCdpCommand(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type",
                        "mouseWheel",
                        "x",
                        middle.get(0),
                        "y",
                        middle.get(1),
                        "deltaX",
                        0,
                        "deltaY",
                        -240,
                        "modifiers",
                        2));
    }

    /** The window as that of a device of this size, in CSS pixels. */
    public void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
    }

    /** Keeps a picture of the whole page in target/pictures. */
    public void picture(String name) throws IOException {
        long height = ((Number) script("return document.documentElement.scrollHeight")).longValue();
        Object picture =
                driver.executeCdpCommand(
                                "Page.captureScreenshot",
                                Map.of(
                                        "format",
                                        "png",
                                        "captureBeyondViewport",
                                        true,
                                        "clip",
                                        Map.of(
                                                "x",
                                                0,
                                                "y",
                                                0,
                                                "width",
                                                script("return window.innerWidth"),
                                                "height",
                                                height,
                                                "scale",
                                                1)))
                        .get("data");
        Path directory = Files.createDirectories(Path.of("target/pictures"));
        Files.write(
                directory.resolve(name + ".png"),
                OutputType.BYTES.convertFromBase64Png((String) picture));
    }

    /**
     * What axe-core finds that keeps people out, in light and in dark: its serious and critical
     * findings.
     */
    public List<String> barriers() throws IOException {
        String chosen = colours;
        List<String> found = new ArrayList<>();
        try {
            for (String scheme : List.of("light", "dark")) {
                colours(scheme);
                barriersNow().forEach(barrier -> found.add(scheme + ", " + barrier));
            }
        } finally {
            colours(chosen);
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private List<String> barriersNow() throws IOException {
        script(Files.readString(Path.of("target/board/node_modules/axe-core/axe.min.js")));
        return (List<String>)
                ((JavascriptExecutor) driver)
                        .executeAsyncScript(
                                "const done = arguments[0]; axe.run().then(found =>"
                                        + " done(found.violations.filter(one => ['serious',"
                                        + " 'critical'].includes(one.impact)).flatMap(one =>"
                                        + " one.nodes.map(node => `${one.id}: ${node.html.slice(0,"
                                        + " 200)} ${node.failureSummary}`))))");
    }

    /** Errors and warnings in the browser's console since it was last asked. */
    public List<String> problems() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::toString)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
