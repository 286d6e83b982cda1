package sandbox.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * Writes what a command has changed to the file before the command is answered: kill -9 takes
 * nothing that a client was told is stored.
 *
 * <p>Commands run one by one, because a commit writes the changes of all: one that is half done
 * would leave a document without its entry in an index.
 */
class DurableBackend extends H2Backend {
    /**
     * @param store one that commits when it is told to, and not by itself
     */
    DurableBackend(MVStore store) {
        super(store);
    }

    @Override
    public synchronized Document handleCommand(
            Channel channel, String database, String command, Document query) {
        try {
            return super.handleCommand(channel, database, command, query);
        } finally {
            // After an error too: the documents before the one that failed are stored.
            getMvStore().commit();
        }
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
        MVStore store = getMvStore();
        return new H2Database(name, store, getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(
                    String collection, CollectionOptions options) {
                String full = name + "." + collection;
                return new IdFirstCollection(
                        this,
                        collection,
                        options,
                        store.openMap(
                                "databases." + full,
                                new MVMap.Builder<Object, Document>()
                                        .valueType(new BsonDataType())),
                        store.openMap("meta." + full),
                        cursorRegistry);
            }
        };
    }
}
