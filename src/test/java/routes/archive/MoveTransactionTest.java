package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.TransactionBody;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/**
 * What the transaction does with a batch's steps, with the driver's session recorded: the embedded
 * server has no transactions.
 */
class MoveTransactionTest {
    private final List<String> calls = new ArrayList<>();
    private final Batch batch = new Batch(null, List.of(), 10);

    /** As the driver does it: again for a transient failure, an abort for any other. */
    private Object inTransaction(TransactionBody<?> body) {
        while (true) {
            calls.add("start");
            try {
                Object result = body.execute();
                calls.add("commit");
                return result;
            } catch (RuntimeException e) {
                calls.add("abort");
                if (!(e instanceof MongoException refusal)
                        || !refusal.hasErrorLabel(
                                MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)) {
                    throw e;
                }
            }
        }
    }

    private Exchange process(Batch body, boolean supported, Processor steps) throws Exception {
        ClientSession session =
                (ClientSession)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ClientSession.class},
                                (proxy, method, arguments) ->
                                        method.getName().equals("withTransaction")
                                                ? inTransaction((TransactionBody<?>) arguments[0])
                                                : null);
        MongoClient client =
                (MongoClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {MongoClient.class},
                                (proxy, method, arguments) -> session);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(body);
            new MoveTransaction(client, () -> supported).wrap(null, steps).process(exchange);
            return exchange;
        }
    }

    @Test
    void steps_runInOneTransaction() throws Exception {
        Exchange exchange =
                process(
                        batch,
                        true,
                        steps -> calls.add(batch.session() == null ? "outside" : "inside"));
        assertThat(exchange.getException()).isNull();
        assertThat(calls).containsExactly("start", "inside", "commit");
        assertThat(batch.session()).isNull();
    }

    @Test
    void writeConflict_isTriedAgain_fromTheFirstStep() throws Exception {
        MongoException conflict = new MongoException(112, "WriteConflict");
        conflict.addLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);
        List<Exception> failures = new ArrayList<>(List.of(conflict));
        Exchange exchange =
                process(
                        batch,
                        true,
                        steps -> {
                            assertThat(batch.copied()).isEmpty();
                            batch.copied(List.of(org.bson.BsonNull.VALUE));
                            if (!failures.isEmpty()) {
                                steps.setException(failures.remove(0));
                            }
                        });
        assertThat(exchange.getException()).isNull();
        assertThat(calls).containsExactly("start", "abort", "start", "commit");
    }

    @Test
    void anyOtherFailure_isRolledBack_andIsTheExchanges() throws Exception {
        IllegalStateException failure = new IllegalStateException("a copy is missing");
        Exchange exchange = process(batch, true, steps -> steps.setException(failure));
        assertThat(exchange.getException()).isSameAs(failure);
        assertThat(calls).containsExactly("start", "abort");
    }

    @Test
    void serverWithoutTransactions_orTooManyDocuments_noSession() throws Exception {
        Processor steps = exchange -> calls.add(batch.session() == null ? "outside" : "inside");
        process(batch, false, steps);
        process(new Batch(null, List.of(), MoveTransaction.MOST_DOCUMENTS + 1), true, steps);
        assertThat(calls).containsExactly("outside", "outside");
    }
}
