package sandbox.clickhouse;

import java.util.Map;

/**
 * Who may ask the sandbox's ClickHouse: {@code caravan}, and {@code caravan_reader}, who may only
 * read.
 *
 * @param passwords by user name
 */
record Accounts(Map<String, String> passwords) {
    static final String WRITER = "caravan";
    static final String READER = "caravan_reader";

    static Accounts fromEnvironment() {
        Map<String, String> env = System.getenv();
        return new Accounts(
                Map.of(
                        WRITER, env.getOrDefault("CARAVAN_CLICKHOUSE_PASSWORD", WRITER),
                        READER, env.getOrDefault("CARAVAN_CLICKHOUSE_READER_PASSWORD", READER)));
    }

    boolean accept(String user, String password) {
        return password.equals(passwords.get(user));
    }

    boolean readOnly(String user) {
        return user.equals(READER);
    }
}
