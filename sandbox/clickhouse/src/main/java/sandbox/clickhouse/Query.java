package sandbox.clickhouse;

import java.util.Map;

/**
 * One statement and all that it depends on.
 *
 * @param text the statement, with the data of an INSERT behind it
 * @param database where names without a database are looked for; "" for {@code default}
 * @param settings ClickHouse settings by name, for this statement alone
 * @param parameters values for {@code {name:Type}} in the text, each as a field of TabSeparated
 *     text
 * @param format of the result, when the statement names none
 * @param readOnly whether the statement may change nothing
 */
record Query(
        NativeText text,
        String database,
        Map<String, String> settings,
        Map<String, String> parameters,
        String format,
        boolean readOnly) {}
