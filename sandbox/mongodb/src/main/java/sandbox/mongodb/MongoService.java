package sandbox.mongodb;

import de.bwaldvogel.mongo.MongoServer;
import org.h2.mvstore.MVStore;
import sandbox.Service;
import sandbox.Setup;

/**
 * A server that speaks MongoDB's wire protocol, on persistent data. It is mongo-java-server, not
 * MongoDB: it knows the usual commands and aggregation stages, and neither sessions nor
 * transactions. Indexes that are not unique are accepted and do nothing; a unique one holds for all
 * documents, whatever its partial filter says. A query's result is held in memory until it is read.
 *
 * <p>It has no accounts: whoever reaches the port may do everything, and a client that presents a
 * user is refused. It listens on 127.0.0.1 alone.
 */
public class MongoService implements Service {
    /** Holds all changes of the largest command that clients can send, so that none is cut up. */
    private static final int KILOBYTES_OF_CHANGES = 256 << 10;

    private static final int MEGABYTES_OF_CACHE = 64;

    private MongoServer server;

    @Override
    public void start(Setup setup) {
        MVStore store =
                new MVStore.Builder()
                        .fileName(setup.data().resolve("documents.mv").toString())
                        .autoCommitDisabled()
                        .autoCommitBufferSize(KILOBYTES_OF_CHANGES)
                        .cacheSize(MEGABYTES_OF_CACHE)
                        .open();
        // Space is used again immediately: what a killed process has written is in the file, in
        // order.
        store.setRetentionTime(0);
        server = new MongoServer(new DurableBackend(store));
        server.bind("127.0.0.1", setup.port());
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }
}
