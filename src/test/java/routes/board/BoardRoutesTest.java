package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.MockedSteps;

/** The routes board-history and board-actions, with mocks in the place of ClickHouse. */
class BoardRoutesTest extends CamelTestSupport {
    private static final String ACTIONS = "board-actions-insert";
    private static final String HISTORY = "board-history-insert";

    @BindToRegistry("board-actions")
    private final Actions actions = new Actions();

    private List<Map<String, Object>> measured = List.of();

    @BindToRegistry("board-history")
    private final History history = new History(() -> measured);

    private MockedSteps clickHouse;

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected RoutesBuilder[] createRouteBuilders() {
        return new RoutesBuilder[] {new HistoryRoute(), new ActionsRoute()};
    }

    @BeforeEach
    void mockClickHouse() throws Exception {
        clickHouse = new MockedSteps(context);
        clickHouse.replace("board-history", HISTORY);
        clickHouse.replace("board-actions", ACTIONS);
        context.start();
    }

    private static JsonNode json(Message inserted) throws IOException {
        return new ObjectMapper().readTree(inserted.getBody(String.class));
    }

    private void act(String what) {
        actions.take("anna", "replay", null, request -> what, request -> "done");
    }

    private Exchange writeActions() {
        return clickHouse.send("direct:board-actions", null);
    }

    private static Object token(Message inserted) {
        return inserted.getExchange().getVariable("token");
    }

    @Test
    void whatPeopleDid_isWritten_once() throws Exception {
        act("a");
        act("b");
        assertThat(writeActions().getException()).isNull();
        assertThat(json(clickHouse.received(ACTIONS)).findValuesAsText("what"))
                .containsExactly("a", "b");
        writeActions();
        assertThat(clickHouse.reached()).containsExactly(ACTIONS);
    }

    @Test
    void nobodyDidAnything_nothingIsWritten() {
        assertThat(writeActions().getException()).isNull();
        assertThat(clickHouse.reached()).isEmpty();
    }

    @Test
    void actionsAreRefused_theSameRowsAreWrittenAgain_withTheSameToken_andLaterOnesAfterThem()
            throws Exception {
        act("a");
        clickHouse.refuse(ACTIONS);
        assertThat(writeActions().getException()).hasMessage(ACTIONS + " refuses");
        Message refused = clickHouse.received(ACTIONS);
        act("b");
        clickHouse.refuse("");
        getMockEndpoint("mock:" + ACTIONS).getReceivedExchanges().clear();
        assertThat(writeActions().getException()).isNull();
        Message again = clickHouse.received(ACTIONS);
        assertThat(json(again)).isEqualTo(json(refused)).hasSize(1);
        assertThat(token(again)).isEqualTo(token(refused)).isNotNull();
        getMockEndpoint("mock:" + ACTIONS).getReceivedExchanges().clear();
        writeActions();
        Message later = clickHouse.received(ACTIONS);
        assertThat(json(later).findValuesAsText("what")).containsExactly("b");
        assertThat(token(later)).isNotEqualTo(token(again));
    }

    private Exchange writeHistory() {
        return clickHouse.send("direct:board-history", null);
    }

    @Test
    void howPipelinesDo_isWritten_aRowEach() throws Exception {
        measured = List.of(Map.of("pipeline", "sink-x"), Map.of("pipeline", "outbox-x"));
        assertThat(writeHistory().getException()).isNull();
        assertThat(json(clickHouse.received(HISTORY)).findValuesAsText("pipeline"))
                .containsExactly("sink-x", "outbox-x");
    }

    @Test
    void noPipelines_nothingIsWritten() {
        assertThat(writeHistory().getException()).isNull();
        assertThat(clickHouse.reached()).isEmpty();
    }

    @Test
    void historyIsRefused_theSameRowsAreWrittenAgain_withTheSameToken_andLaterOnesAfterThem()
            throws Exception {
        measured = List.of(Map.of("pipeline", "before"));
        clickHouse.refuse(HISTORY);
        assertThat(writeHistory().getException()).hasMessage(HISTORY + " refuses");
        Object token = token(clickHouse.received(HISTORY));
        clickHouse.refuse("");
        measured = List.of(Map.of("pipeline", "after"));
        for (String pipeline : List.of("before", "after")) {
            getMockEndpoint("mock:" + HISTORY).getReceivedExchanges().clear();
            assertThat(writeHistory().getException()).isNull();
            Message written = clickHouse.received(HISTORY);
            assertThat(json(written).findValuesAsText("pipeline")).containsExactly(pipeline);
            assertThat(token(written).equals(token)).isEqualTo(pipeline.equals("before"));
        }
    }
}
