package io.anchorstream.service.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.anchorstream.service.monitor.Share;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/** Drives the page in a real browser, over a real index of real pictures. */
@NeedsChromium
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageBrowserIT {
    private static final int PHONE_WIDTH = 390;

    /** Of the middle of a dot, whose pixels are opaque, with what lies behind the map; 0 before one is drawn (WCAG 2.2). */
    private static final String DOT_CONTRAST = """
            () => {
              const canvas = document.querySelector('.map-frame canvas');
              const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
              copy.drawImage(canvas, 0, 0);
              const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
              const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0.05);
              const behind = light(getComputedStyle(canvas.parentElement).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number));
              for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] === 255) {
                  const dot = light([data[i], data[i + 1], data[i + 2]]);
                  return Math.max(dot, behind) / Math.min(dot, behind);
                }
              }
              return 0;
            }""";

    private Chromium chromium;
    private PageFixture page;
    private PageFixture emptyPage;
    private List<DrawnCatalogue.Drawing> drawings;

    @BeforeAll
    void start(@TempDir Path folder) {
        chromium = new Chromium();
        page = new PageFixture(folder.resolve("full"), 0);
        drawings = DrawnCatalogue.draw(24);
        page.feed(drawings);
        page.teach(300);
        page.openRefresh(drawings.size());
        page.refuse("broken", "image-truncated", 512);
        page.pipeline().tick();
        page.compareGenerations();
        emptyPage = new PageFixture(folder.resolve("empty"), 0);
    }

    @AfterAll
    void stop() {
        page.close();
        emptyPage.close();
        chromium.close();
    }

    @Test
    void aClickOnAPictureShowsItsNeighboursUnderBothGenerations() {
        visit(desktop(), page, "#/search", tab -> {
            tab.locator(".wall .tile").first().click();

            assertThat(tab.locator(".is-before .hit")).hasCount(12);
            assertThat(tab.locator(".is-after .hit")).hasCount(12);
            assertThat(tab.locator(".is-after .hit.same").first()).isVisible();
            assertThat(tab.locator(".is-before header")).containsText("generation 0");
            assertThat(tab.locator(".is-after header")).containsText("generation 1");
            assertThat(tab.locator(".is-after .facts").first()).containsText(Pattern.compile("0\\.\\d{3} · v1"));
        });
    }

    @Test
    void theWallBeginsWithThePicturesThatLearningSeesMostDifferently() {
        visit(desktop(), page, "#/search", tab -> {
            Locator changed = tab.locator(".changed li");
            assertThat(changed).hasCount(12);
            String stayed = changed.first().locator(".faint").innerText();
            String then = changed.first().locator(".then").innerText();
            String since = changed.first().locator(".since").innerText();

            changed.first().locator(".tile").click();
            assertThat(tab.locator(".verdict .then")).hasText(then);
            assertThat(tab.locator(".verdict .since")).hasText(since);
            List<String> before = namesOf(tab.locator(".is-before .hit .tile"));
            List<String> after = namesOf(tab.locator(".is-after .hit .tile"));
            before.retainAll(after);
            assertThat(stayed).isEqualTo(before.isEmpty() ? "none stayed" : before.size() + " of 12 stayed");
        });
    }

    @Test
    void whatIsComputedLaterIsAwaitedInAFewWordsAndFilledInWithoutAReload(@TempDir Path folder) {
        try (PageFixture young = new PageFixture(folder, 0)) {
            young.feed(drawings);
            visit(desktop(), young, "#/search", tab -> {
                assertThat(tab.locator(".changed")).containsText("are being compared");
                young.compareGenerations();
                assertThat(tab.locator(".changed li")).hasCount(12);
            });
        }
        try (PageFixture young = new PageFixture(folder.resolve("other"), 0)) {
            young.feed(drawings);
            visit(desktop(), young, "#/map", tab -> {
                assertThat(tab.locator(".empty")).containsText("Drawing the map");
                young.compareGenerations();
                assertThat(tab.locator(".map-frame canvas")).isVisible();
            });
        }
    }

    @Test
    void aPartSaysOfHowManyItIs(@TempDir Path folder) {
        try (PageFixture young = new PageFixture(folder, 0)) {
            young.feed(drawings.subList(0, 50));
            for (int i = 0; i < 80; i++) {
                young.refuse("more records than items " + i, "image-truncated", 1);
            }
            young.pipeline().tick();
            visit(desktop(), young, "#/pipeline", tab -> {
                assertThat(tab.locator("#now")).containsText("50 of 120 items");
                assertThat(tab.locator(".stage").first()).containsText("50 of 120 in the demo");
            });
        }
        visit(desktop(), page, "#/map", tab -> {
            assertThat(tab.locator(".bar")).containsText("100 of 120 items");
            assertThat(tab.locator("#now")).containsText("120 items");
            assertThat(tab.locator("#now")).not().containsText("of 120");
        });
    }

    @Test
    void thePipelineIsShownWithoutTheStatus() {
        visit(desktop(), page, "#/learning", Pattern.compile("ERR_FAILED"), tab -> {
            tab.route("**/api/status", route -> route.abort());
            tab.navigate(page.address() + "/#/pipeline");
            tab.reload();

            assertThat(tab.locator("#now")).hasText("The service does not answer");
            assertThat(tab.locator(".stage")).hasCount(5);
            assertThat(tab.locator(".stage").first()).containsText("on the input topic");
            assertThat(tab.locator(".notice")).isHidden();
        });
    }

    @Test
    void theDotsOfTheMapStandOutInBothThemes() {
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            visit(desktop().setColorScheme(theme), page, "#/learning", Pattern.compile("ERR_FAILED"), tab -> {
                tab.route("**/api/picture**", route -> route.abort());
                tab.navigate(page.address() + "/#/map");
                tab.locator(".map-frame canvas").waitFor();
                tab.waitForCondition(() -> ((Number) tab.evaluate(DOT_CONTRAST)).doubleValue() > 0);

                assertThat(((Number) tab.evaluate(DOT_CONTRAST)).doubleValue())
                        .as("%s", theme)
                        .isGreaterThan(3);
            });
        }
    }

    private static List<String> namesOf(Locator tiles) {
        assertThat(tiles).hasCount(12);
        return new ArrayList<>(
                tiles.all().stream().map(tile -> tile.getAttribute("href")).toList());
    }

    @Test
    void aNeighbourIsTheNextQueryAndEscapeLeadsBackToTheWall() {
        visit(desktop(), page, "#/search?id=" + encoded(drawings.get(0).id()), tab -> {
            tab.locator(".is-after .hit .tile").nth(2).click();
            assertThat(tab.locator(".query h1")).isVisible();
            assertThat(tab)
                    .not()
                    .hasURL(Pattern.compile(
                            Pattern.quote(encoded(drawings.get(0).id())) + "$"));

            tab.keyboard().press("Escape");
            assertThat(tab.locator(".wall .tile").first()).isVisible();
        });
    }

    @Test
    void onlyOtherStylesAreShownOnRequest() {
        visit(desktop(), page, "#/search?id=" + encoded(drawings.get(0).id()), tab -> {
            tab.getByText("Other styles only").click();

            assertThat(tab.locator(".is-after .hit.same")).hasCount(4);
            assertThat(tab.locator(".is-after .score")).containsText("of 4");
        });
    }

    @Test
    void anUploadedPictureIsAQuery() {
        visit(desktop(), page, "#/search", tab -> {
            tab.locator("#file")
                    .setInputFiles(new FilePayload(
                            "mine.png", "image/png", drawings.get(3).png()));

            assertThat(tab.locator(".query h1")).hasText("mine.png");
            assertThat(tab.locator(".is-before .hit .name").first())
                    .hasText(drawings.get(3).title());
        });
    }

    @Test
    void anUploadThatIsNoPictureIsExplained() {
        visit(desktop(), page, "#/search", Pattern.compile("422"), tab -> {
            tab.locator("#file")
                    .setInputFiles(new FilePayload("note.png", "image/png", "hello".getBytes(StandardCharsets.UTF_8)));

            assertThat(tab.locator(".empty")).containsText("can't be used as a query");
        });
    }

    @Test
    void theWallIsFilteredByTitle() {
        String title = drawings.get(0).title();
        visit(desktop(), page, "#/search", tab -> {
            tab.locator("#filter").fill(title);

            assertThat(tab.locator(".bar")).containsText("5 pictures");
            assertThat(tab.locator(".wall .tile")).hasCount(5);
            assertThat(tab.locator(".changed")).isHidden();
        });
    }

    @Test
    void everyViewShowsItsDataAndLogsNoError() {
        visit(desktop(), page, "#/search", tab -> {
            tab.getByText("Learning", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(tab.locator(".chart path.line")).hasCount(5);
            assertThat(tab.locator(".base-label")).hasCount(4);
            assertThat(tab.locator(".base-label").filter(new Locator.FilterOptions().setHasText("Untrained")))
                    .hasCount(1);
            assertThat(tab.locator(".axis-name").first()).hasText("training steps");
            assertThat(tab.locator(".versions .state.good")).hasText("In service");
            assertThat(tab.locator("table:not(.pairing) tbody tr")).hasCount(7);
            assertThat(tab.locator(".gain")).containsText("over the untrained network");
            assertThat(tab.locator(".stats")).containsText("no two items");

            tab.getByText("Pipeline", new Page.GetByTextOptions().setExact(true))
                    .click();
            assertThat(tab.locator(".stage")).hasCount(5);
            assertThat(tab.locator("[role=progressbar]")).hasAttribute("aria-valuenow", Pattern.compile("\\d+"));
            assertThat(tab.getByText("Image truncated").first()).isVisible();

            tab.getByText("Map", new Page.GetByTextOptions().setExact(true)).click();
            assertThat(tab.locator(".map-frame canvas")).isVisible();
            tab.getByText("Before learning").click();
            assertThat(tab.getByText("Before learning")).hasAttribute("aria-pressed", "true");
        });
    }

    @Test
    void showsSharesAsTheCommandLineDoes() {
        List<Double> shares = new ArrayList<>(List.of(0.0, 0.0005, 0.61249, 0.6125, 0.1005, 0.5845, 1.0));
        new Random(5).doubles(500).forEach(shares::add);
        List<String> expected = new ArrayList<>();
        for (double share : shares) {
            expected.add(Share.percent(share) + " " + Share.points(share, 0.4321));
        }
        visit(desktop(), page, "#/search", tab -> {
            Object shown = tab.evaluate(
                    "async (shares) => { const f = await import('/format.js');"
                            + " return shares.map((x) => `${f.percent(x)} ${f.points(x, 0.4321)}`"
                            + ".replaceAll('\\u00a0', ' ').replaceAll('\u2212', '-')); }",
                    shares);

            assertThat(shown).isEqualTo(expected);
        });
    }

    @Test
    void hoveringACurveReadsItOut() {
        visit(desktop(), page, "#/learning", tab -> {
            tab.locator(".charts .chart").first().hover();

            assertThat(tab.locator(".charts .tip.on").first()).containsText("Step");
        });
    }

    @Test
    void showsHowTheNewestVersionWorksInTheIndexOfTheOneBefore() {
        visit(desktop(), page, "#/learning", tab -> {
            assertThat(tab.locator(".pairing tbody tr")).hasCount(2);
            assertThat(tab.locator(".pairing tbody tr").nth(1)).containsText("v6");
            assertThat(tab.locator(".pairing tbody tr").nth(1)).containsText("60.0");
            assertThat(tab.locator(".pairing tbody tr").nth(1)).containsText("67.0");
        });
    }

    @Test
    void theThemeFollowsTheSystemAndCanBeSwitched() {
        visit(desktop().setColorScheme(ColorScheme.DARK), page, "#/search", tab -> {
            String dark = background(tab);
            tab.locator("#theme").click();
            String light = background(tab);
            tab.reload();

            assertThat(dark).isEqualTo("rgb(19, 21, 20)");
            assertThat(light).isEqualTo("rgb(247, 247, 245)");
            assertThat(background(tab)).as("remembered").isEqualTo(light);
        });
    }

    @Test
    void nothingIsWiderThanAPhone() {
        for (String view : List.of(
                "#/search", "#/search?id=" + encoded(drawings.get(0).id()), "#/learning", "#/pipeline", "#/map")) {
            visit(new Browser.NewContextOptions().setViewportSize(PHONE_WIDTH, 844), page, view, tab -> {
                tab.locator("main .card, main .tile, main .map-frame").first().waitFor();
                assertThat((Integer) tab.evaluate("document.documentElement.scrollWidth"))
                        .as(view)
                        .isLessThanOrEqualTo(PHONE_WIDTH);
                assertThat((Integer) tab.evaluate("[...document.querySelectorAll('table')]"
                                + ".filter((t) => t.offsetWidth > t.parentElement.clientWidth).length"))
                        .as("tables of %s wider than their place", view)
                        .isZero();
            });
        }
    }

    @Test
    void beforeTheFirstItemEveryViewSaysWhatWillCome() {
        visit(desktop(), emptyPage, "#/search", tab -> {
            assertThat(tab.locator(".empty")).containsText("on its way");
            assertThat(tab.locator(".changed")).isHidden();
            tab.navigate(emptyPage.address() + "/#/learning");
            assertThat(tab.locator(".empty")).containsText("first mini-batches");
            tab.navigate(emptyPage.address() + "/#/pipeline");
            assertThat(tab.locator(".stage")).hasCount(5);
            tab.navigate(emptyPage.address() + "/#/map");
            assertThat(tab.locator(".empty")).containsText("first items");
        });
    }

    private static Browser.NewContextOptions desktop() {
        return new Browser.NewContextOptions().setViewportSize(1440, 900).setColorScheme(ColorScheme.LIGHT);
    }

    private void visit(Browser.NewContextOptions options, PageFixture site, String view, Steps steps) {
        visit(options, site, view, Pattern.compile("(?!)"), steps);
    }

    /** Opens a view and takes the steps; fails on anything the console complains of, save what is expected. */
    private void visit(
            Browser.NewContextOptions options, PageFixture site, String view, Pattern expected, Steps steps) {
        List<String> complaints = new ArrayList<>();
        try (BrowserContext context = chromium.browser().newContext(options)) {
            Page tab = context.newPage();
            tab.onConsoleMessage(message -> {
                if (message.type().equals("error") || message.type().equals("warning")) {
                    complaints.add(message.text());
                }
            });
            tab.onPageError(complaints::add);
            tab.navigate(site.address() + "/" + view);
            steps.take(tab);
        }
        complaints.removeIf(expected.asPredicate());
        assertThat(complaints).as("console of " + view).isEmpty();
    }

    private interface Steps {
        void take(Page tab);
    }

    private static String background(Page tab) {
        return (String) tab.evaluate("getComputedStyle(document.body).backgroundColor");
    }

    private static String encoded(String id) {
        return id.replace("/", "%2F");
    }
}
