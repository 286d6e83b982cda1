package sandbox.mongodb;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import org.h2.mvstore.MVMap;

/**
 * Finds a document by its {@code _id} where a query has other conditions beside it, as MongoDB
 * does. Without this, such a query looks at every document.
 */
class IdFirstCollection extends H2Collection {
    private static final String ID = "_id";

    IdFirstCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            MVMap<Object, Document> documents,
            MVMap<String, Object> facts,
            CursorRegistry cursors) {
        super(database, name, options, documents, facts, cursors);
    }

    @Override
    protected QueryResult matchDocuments(
            Document query, Document order, int skip, int limit, int batch, Document fields) {
        if (query.containsKey(ID)) {
            Document byId = new Document(ID, query.get(ID));
            for (Index<Object> index : getIndexes()) {
                if (index.canHandle(byId)) {
                    return matchDocuments(
                            query, index.getPositions(byId), order, skip, limit, batch, fields);
                }
            }
        }
        return super.matchDocuments(query, order, skip, limit, batch, fields);
    }
}
