package routes.daily;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.MockedSteps;
import routes.clickhouse.ClickHouseEndpoint;

/** The route load-edit with its own bean, and mocks in the place of ClickHouse. */
class LineEditRouteTest extends CamelTestSupport {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 29);
    private static final String REJECTED = "{\"id\": 1";
    private static final String TEXT = "{\"id\": 1}";
    private static final int LINE_BYTES = 20;

    private MockedSteps clickHouse;

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        context.getRegistry().bind("line-edits", new LineEdits(LINE_BYTES));
        return new LineEditRoute();
    }

    @BeforeEach
    void mockClickHouse() throws Exception {
        clickHouse = new MockedSteps(context);
        clickHouse.replace("load-edit", "look-rejected", "check-edit", "keep-edit");
        found(REJECTED, "no JSON");
        checked("");
        context.start();
    }

    private void found(String text, String reason) {
        List<Map<String, String>> rows = List.of(Map.of("text", text, "reason", reason));
        clickHouse.answer("look-rejected", message -> message.setHeader("found", rows));
    }

    private void checked(String reason) {
        List<Map<String, String>> rows = List.of(Map.of("reason", reason));
        clickHouse.answer("check-edit", message -> message.setHeader("checked", rows));
    }

    /** What the route fails with; null if it keeps the edit. */
    private Exception edit(String text) {
        return clickHouse
                .send("direct:load-edit", new LineEdit(DAY, 7, REJECTED, text))
                .getException();
    }

    @Test
    void goodEdit_isLookedUp_checked_andKept() throws Exception {
        assertThat(edit("{\"a\": \"\\n\"}")).isNull();
        assertThat(clickHouse.reached())
                .containsExactly("look-rejected", "check-edit", "keep-edit");
        assertThat(parameters("look-rejected")).isEqualTo(Map.of("day", "2026-03-29", "line", 7L));
        assertThat(parameters("check-edit"))
                .as("as a parameter of a query is written")
                .isEqualTo(Map.of("day", "2026-03-29", "text", "{\"a\": \"\\\\n\"}"));
        assertThat(parameters("keep-edit")).as("an insert has none").isNull();
        assertThat(
                        new ObjectMapper()
                                .readValue(
                                        clickHouse.received("keep-edit").getBody(String.class),
                                        Map.class))
                .isEqualTo(
                        Map.of(
                                "day",
                                "2026-03-29",
                                "line_number",
                                7,
                                "rejected",
                                REJECTED,
                                "text",
                                "{\"a\": \"\\n\"}"));
    }

    private Object parameters(String step) {
        return clickHouse.received(step).getHeader(ClickHouseEndpoint.PARAMETERS);
    }

    @Test
    void editThatIsNoEvent_isNotKept() {
        checked("no user_id");
        assertThat(edit(TEXT))
                .isInstanceOf(EditRefused.class)
                .hasMessage("Line 7 of 2026-03-29, as it was edited, is still bad: no user_id");
        assertThat(clickHouse.reached()).containsExactly("look-rejected", "check-edit");
    }

    @Test
    void lineThatIsNotRejectedAnyMore_itsEditIsNotChecked() {
        clickHouse.answer("look-rejected", message -> message.setHeader("found", List.of()));
        assertThat(edit(TEXT))
                .isInstanceOf(EditRefused.class)
                .hasMessageStartingWith("Line 7 of 2026-03-29 is not a rejected line any more");
        assertThat(clickHouse.reached()).containsExactly("look-rejected");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "other      | no JSON             | belongs to a newer file by now",
                "{\"id\": 1 | not UTF-8           | is not UTF-8 text",
                "{\"id\": 1 | longer than 9 bytes | is longer than the part that is kept"
            })
    void lineThatCannotBeEdited_itsEditIsNotChecked(String text, String reason, String message) {
        found(text, reason);
        refusesBeforeItIsChecked(TEXT, "Line 7 of 2026-03-29 " + message);
    }

    private void refusesBeforeItIsChecked(String text, String message) {
        assertThat(edit(text)).isInstanceOf(EditRefused.class).hasMessageContaining(message);
        assertThat(clickHouse.reached()).containsExactly("look-rejected");
    }

    @Test
    void editThatIsNoLine_isNotChecked() {
        refusesBeforeItIsChecked("{}\n{}", "has more than one line");
    }

    @Test
    void editThatIsTooLong_isNotChecked() {
        assertThat(edit("x".repeat(LINE_BYTES))).isNull();
        clickHouse.reached().clear();
        refusesBeforeItIsChecked("x".repeat(LINE_BYTES + 1), "is longer than 10000 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"look-rejected", "check-edit", "keep-edit"})
    void clickHouseRefuses_theEditFailsThere_andIsNotCalledRefused(String step) {
        clickHouse.refuse(step);
        assertThat(edit(TEXT))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(step + " refuses");
        assertThat(clickHouse.reached()).endsWith(step);
    }
}
