package routes.clickhouse.columns;

/**
 * A column that a record may name.
 *
 * @param type as in system.columns, for example {@code LowCardinality(Nullable(String))}
 * @param hasDefault it has a DEFAULT, which applies to rows that do not name it
 */
public record TableColumn(String name, String type, boolean hasDefault) {
    boolean nullable() {
        return type.contains("Nullable(")
                || type.startsWith("Variant")
                || type.startsWith("Dynamic");
    }

    @Override
    public String toString() {
        return name + " " + type + (required() ? "" : " (optional)");
    }

    /** A record must name it: there is neither NULL nor a default to fill in. */
    public boolean required() {
        return !nullable() && !hasDefault;
    }
}
