package routes.clickhouse;

import static routes.clickhouse.ClickHouse.number;

import com.clickhouse.client.api.ServerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import routes.pipeline.NeedsPerson;
import routes.sql.SqlFile;

/** What the account that writes may do, asked without doing it. */
public final class Grants {
    private static final int SYNTAX_ERROR = 62;

    private Grants() {}

    /**
     * Makes sure that the account has all rights of a file. A server that does not know CHECK GRANT
     * tells nothing, and is let pass.
     *
     * @param file of {@code CHECK GRANT} statements
     * @param fill puts names into a statement
     * @throws NeedsPerson when one is missing; the message has the statements that grant them
     */
    public static void require(ClickHouse clickHouse, String file, UnaryOperator<String> fill) {
        List<String> missing = new ArrayList<>();
        for (String statement : SqlFile.statements(file)) {
            String check = fill.apply(statement);
            if (!granted(clickHouse, check)) {
                missing.add(check.replaceFirst("^CHECK ", "").replace('\n', ' '));
            }
        }
        if (!missing.isEmpty()) {
            Map<String, Object> here =
                    clickHouse
                            .rows(
                                    "SELECT currentUser() AS account, currentDatabase() AS base",
                                    Map.of())
                            .get(0);
            String statements =
                    missing.stream()
                            .map(
                                    grant ->
                                            grant.replaceFirst(
                                                            " ON (\\w+)$",
                                                            " ON " + here.get("base") + ".$1")
                                                    + " TO "
                                                    + here.get("account"))
                            .collect(Collectors.joining("; "));
            throw new NeedsPerson(
                    "caravan.clickhouse.user: this account may not do all that a start does. Run as"
                            + " an administrator: "
                            + statements);
        }
    }

    private static boolean granted(ClickHouse clickHouse, String check) {
        try {
            return number(clickHouse.rows(check, Map.of()).get(0), "result") == 1;
        } catch (ServerException e) {
            if (e.getCode() == SYNTAX_ERROR) {
                return true;
            }
            throw e;
        }
    }
}
