package routes.board;

import static org.assertj.core.api.Assertions.assertThat;

import harness.RuntimeProcess;
import harness.Services;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.clickhouse.ClickHouse;
import routes.sql.SqlFile;

/** A CSV file of the board, with a user's name that a spreadsheet would run. */
class CsvIT {
    @ParameterizedTest
    @CsvSource({", \"'=1+1\"", "plain, \"=1+1\""})
    void aNameThatIsAFormula_isSafeInTheFile_unlessPlainIsAskedFor(String setting, String cell)
            throws Exception {
        Map<String, String> environment = new HashMap<>(Services.running().environment());
        environment.put("CARAVAN_OUTBOXES", "");
        environment.put("CARAVAN_SINKS", "");
        environment.put("CARAVAN_BOARD_NAMES", "open");
        if (setting != null) {
            environment.put("CARAVAN_BOARD_CSV", setting);
        }
        try (ClickHouse clickHouse = Services.running().clickHouse();
                RuntimeProcess runtime = RuntimeProcess.start(environment).awaitRunning()) {
            clickHouse.execute("DROP TABLE IF EXISTS user_login");
            Stream.of("user_login", "sink/sink_table")
                    .flatMap(
                            file ->
                                    SqlFile.statements("classpath:sql/clickhouse/" + file + ".sql")
                                            .stream())
                    .forEach(sql -> clickHouse.execute(sql.replace("{table}", "user_login")));
            clickHouse.execute("INSERT INTO user_login (id, username) VALUES (-7, '=1+1')");
            assertThat(runtime.get("/api/query/user_login.csv").body().lines().skip(1).toList())
                    .singleElement()
                    .asString()
                    .startsWith("-7," + cell + ",");
        }
    }
}
