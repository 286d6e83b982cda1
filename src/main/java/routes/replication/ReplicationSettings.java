package routes.replication;

import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import routes.settings.Settings;

/**
 * How the viewing events get to the subscriber.
 *
 * @param subscription its name, which the slot's begins with
 * @param url of the publisher for Caravan itself
 * @param publisher how the subscriber reaches the publisher, as libpq has it, without the account
 * @param password of the account that it logs in with there
 * @param mostHeld bytes of its log that the publisher may hold back before that is a warning
 */
record ReplicationSettings(
        String subscription, String url, String publisher, String password, long mostHeld) {
    private static final String PASSWORD = "caravan.cinema.password";

    static ReplicationSettings read(Settings settings) {
        return new ReplicationSettings(
                settings.identifier("caravan.cinema.subscription"),
                settings.text("caravan.postgres.url"),
                settings.find("caravan.cinema.publisher")
                        .orElseGet(() -> publisher(settings, "caravan.postgres.url")),
                settings.text(PASSWORD),
                settings.bytes("caravan.cinema.wal-limit"));
    }

    private static String publisher(Settings settings, String key) {
        Properties parts = Driver.parseURL(settings.text(key), new Properties());
        if (parts == null) {
            throw settings.wrong(
                    key, settings.text(key), "an address such as jdbc:postgresql://host:5432/name");
        }
        return "host="
                + quoted(PGProperty.PG_HOST.getOrDefault(parts))
                + " port="
                + quoted(PGProperty.PG_PORT.getOrDefault(parts))
                + " dbname="
                + quoted(PGProperty.PG_DBNAME.getOrDefault(parts));
    }

    /** The whole connection string; it holds the password. */
    String connection(String user) {
        return publisher
                + " application_name="
                + quoted(subscription)
                + " user="
                + quoted(user)
                + " password="
                + quoted(password);
    }

    private static String quoted(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Without the password. */
    @Override
    public String toString() {
        return subscription + " of " + publisher;
    }
}
