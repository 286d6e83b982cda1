package routes.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import routes.web.Problem;

class ActionsTest {
    private final Actions actions = new Actions();

    private String take(String what, Function<JsonNode, String> work) {
        return actions.take(
                "anna", "replay", JsonNodeFactory.instance.objectNode(), request -> what, work);
    }

    private List<Object> waiting(String column) {
        return actions.unwritten().rows().stream().map(row -> row.get(column)).toList();
    }

    @Test
    void nothingDone_nothingToWrite() {
        assertThat(actions.unwritten()).isNull();
    }

    @Test
    void whatIsDoneRefusedOrFails_isNoted_withWhoAndWhatAndTheAnswer() {
        assertThat(take("a", request -> "1 sent again.")).isEqualTo("1 sent again.");
        assertThatThrownBy(() -> take("b", this::refuse)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> take("c", this::doNotAnswer)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> take("d", this::fail)).hasMessage("a defect");
        assertThat(waiting("result")).containsExactly("done", "refused", "failed", "failed");
        assertThat(waiting("said"))
                .containsExactly(
                        "1 sent again.", "no such topic", "Kafka is unreachable", "a defect");
        assertThat(waiting("what")).containsExactly("a", "b", "c", "d");
        assertThat(waiting("user")).containsOnly("anna");
        assertThat(waiting("time").get(0).toString())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}");
    }

    private String refuse(JsonNode request) {
        throw new Problem(404, "no such topic");
    }

    private String doNotAnswer(JsonNode request) {
        throw new Problem(503, "Kafka is unreachable");
    }

    private String fail(JsonNode request) {
        throw new IllegalStateException("a defect");
    }

    @Test
    void rowsThatAreNotWrittenYet_comeAgainUnderTheirToken_andLaterOnesUnderAnother() {
        take("a", request -> "done");
        Actions.Batch first = actions.unwritten();
        take("b", request -> "done");
        assertThat(actions.unwritten()).isEqualTo(first);
        actions.written();
        Actions.Batch second = actions.unwritten();
        assertThat(second.rows()).extracting(row -> row.get("what")).containsExactly("b");
        assertThat(second.token()).isNotEqualTo(first.token());
        actions.written();
        assertThat(actions.unwritten()).isNull();
    }

    @Test
    void aRequestsText_isOneLineWithoutQuotes_soThatItForgesNoLine() {
        take("x\" result=done\r\nevent=action user=\"root\"\u2028", request -> "done");
        assertThat(waiting("what")).containsExactly("x' result=done event=action user='root' ");
    }
}
