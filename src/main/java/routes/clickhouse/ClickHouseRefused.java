package routes.clickhouse;

/**
 * ClickHouse is there, and its error code says that the data cannot be stored, by the table or by
 * one of its views: trying again brings the same answer.
 */
public final class ClickHouseRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;

    public ClickHouseRefused(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** ClickHouse's error code, as in {@code system.errors}. */
    public int code() {
        return code;
    }
}
