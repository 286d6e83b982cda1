package routes.archive;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.TransactionOptions;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;

/**
 * Runs the steps of a batch in one transaction of MongoDB, and again if another writer was in the
 * way; without one where the server has none, or where the batch is too large for one.
 */
final class MoveTransaction implements Policy {
    /** A transaction may last 60 s in all, by the server's default. */
    static final long MOST_DOCUMENTS = 10_000;

    private static final TransactionOptions OPTIONS =
            TransactionOptions.builder()
                    .readConcern(ReadConcern.SNAPSHOT)
                    .writeConcern(WriteConcern.MAJORITY)
                    .readPreference(ReadPreference.primary())
                    .build();

    private final MongoClient client;
    private final BooleanSupplier supported;

    /**
     * @param supported tells whether the server has transactions
     */
    MoveTransaction(MongoClient client, BooleanSupplier supported) {
        this.client = client;
        this.supported = supported;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {
        // Nothing to prepare.
    }

    @Override
    public Processor wrap(Route route, Processor steps) {
        return exchange -> {
            Batch batch = exchange.getMessage().getBody(Batch.class);
            if (batch.documents() > MOST_DOCUMENTS || !supported.getAsBoolean()) {
                steps.process(exchange);
                return;
            }
            try (ClientSession session = client.startSession()) {
                session.withTransaction(() -> run(steps, exchange, batch, session), OPTIONS);
            } catch (Failed e) {
                exchange.setException(e.getCause());
            } finally {
                batch.end();
            }
        };
    }

    private static Void run(
            Processor steps, Exchange exchange, Batch batch, ClientSession session) {
        batch.begin(session);
        exchange.setException(null);
        try {
            steps.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        Exception failure = exchange.getException();
        exchange.setException(null);
        if (failure instanceof MongoException e) {
            // By its labels, the driver knows whether another try may do better.
            throw e;
        }
        if (failure != null) {
            throw new Failed(failure);
        }
        return null;
    }

    /** Carries any other failure through the driver, which rolls back. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(Exception cause) {
            super(cause);
        }
    }
}
