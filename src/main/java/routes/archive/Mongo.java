package routes.archive;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.concurrent.TimeUnit;
import routes.settings.Settings;
import routes.settings.SettingsException;

/** How the settings say to reach MongoDB. */
public final class Mongo {
    private Mongo() {}

    /**
     * MongoDB, connected to when it is needed; who asks while it is unreachable learns so after
     * some seconds, unless the address says otherwise.
     *
     * @throws SettingsException when the address is none
     */
    public static MongoClient client(Settings settings) {
        ConnectionString address = address(settings);
        MongoClientSettings.Builder client =
                MongoClientSettings.builder()
                        .applicationName("caravan")
                        .applyConnectionString(address)
                        // A secondary can be behind: what was deleted would be found again.
                        .readPreference(ReadPreference.primary());
        if (address.getServerSelectionTimeout() == null) {
            client.applyToClusterSettings(
                    cluster -> cluster.serverSelectionTimeout(5, TimeUnit.SECONDS));
        }
        return MongoClients.create(client.build());
    }

    /** Where MongoDB is, without the account. */
    public static String hosts(Settings settings) {
        return String.join(",", address(settings).getHosts());
    }

    private static ConnectionString address(Settings settings) {
        String key = "caravan.mongodb.url";
        try {
            return new ConnectionString(settings.text(key));
        } catch (IllegalArgumentException e) {
            // Neither the value nor the driver's words: they may hold the password.
            throw new SettingsException(
                    key + ": is not an address such as mongodb://localhost:27017");
        }
    }
}
