package routes.board;

import java.util.List;

/**
 * A/B tests beside that of {@link MartPages}: layout with a better and a worse group, and checkout,
 * whose groups are not of the size that was meant.
 */
final class Experiments {
    private static final String DAY = "toDate('" + MartPages.TODAY.minusDays(10) + "')";

    /** As {@link MartPages} takes them. */
    static final List<String> ROWS =
            List.of(
                    assigned(
                            "layout",
                            300,
                            "multiIf(number < 100, 'control', number < 210, 'blue', 'red')"),
                    // 50 of 100, 99 of 110, 9 of 90.
                    bought(
                            "layout",
                            300,
                            "number < 50 OR number BETWEEN 100 AND 198 OR number BETWEEN 210 AND"
                                    + " 218"),
                    assigned("checkout", 200, "if(number < 140, 'control', 'new')"));

    private Experiments() {}

    private static String assigned(String test, int users, String group) {
        return rows(test, "assigned", "ab_test_assigned", "100", "0", "'" + test + "', " + group)
                + " FROM numbers("
                + users
                + ")";
    }

    private static String bought(String test, int users, String who) {
        return rows(test, "bought", "purchase", "200", "9.99", "'', ''")
                + " FROM numbers("
                + users
                + ") WHERE "
                + who;
    }

    private static String rows(
            String test, String what, String type, String second, String amount, String group) {
        return "INSERT INTO raw.lines SELECT %s AS day, 10000 + number, '', '%s %s ' || toString(number),"
                        .formatted(DAY, test, what)
                + " '%s ' || toString(number), '%s', toDateTime64(day, 3, 'UTC') + %s, '', %s, '',"
                        .formatted(test, type, second, amount)
                + " '', %s, '{}'".formatted(group);
    }
}
