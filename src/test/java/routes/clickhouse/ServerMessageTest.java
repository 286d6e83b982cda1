package routes.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerMessageTest {
    @Test
    void codesVersionAndQueryId_areLeftOut() {
        assertThat(
                        ServerMessage.plain(
                                "Code: 81. DB::Exception: Database raw does not exist."
                                        + " (UNKNOWN_DATABASE) (version 26.5.1.1) (queryId= 1-2)"))
                .isEqualTo("Database raw does not exist.");
    }

    @Test
    void whatARefreshQuotes_isSaidOnce() {
        assertThat(
                        ServerMessage.plain(
                                "Code: 395. DB::Exception: Refresh failed: Code: 395."
                                        + " DB::Exception: checks failed: ids 3: while executing"
                                        + " 'FUNCTION throwIf(x)'"))
                .isEqualTo("checks failed: ids 3");
    }

    @Test
    void nothing_staysNothing() {
        assertThat(ServerMessage.plain(null)).isEmpty();
    }
}
