package routes.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.ReplaceOneModel;
import java.io.Closeable;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mongodb.CamelMongoDbException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.jobs.JobDay;
import routes.jobs.JobDays;
import routes.settings.Settings;
import routes.storage.Destination;

/** The archive's routes, with a mock in the place of each endpoint of MongoDB. */
class ArchiveRouteTest extends CamelTestSupport {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 31);
    private static final List<String> BATCH =
            List.of(
                    "note", "read", "copy", "verify", "look", "decide", "copies", "delete", "moves",
                    "free");

    /** What MongoDB answers at a step, in place of what it answers when all goes well. */
    @FunctionalInterface
    private interface Answer {
        Object to(Exchange exchange) throws Exception;
    }

    private final Map<String, Answer> answers = new HashMap<>();
    @TempDir private Path directory;

    private final List<String> steps = new ArrayList<>();
    private final Map<String, List<Object>> bodies = new HashMap<>();
    private final List<String> reports = new ArrayList<>();
    private List<Document> found = List.of();
    private Document decided;
    private boolean closed;
    private boolean destinationRefuses;

    /** As a cursor is: read once, and to be closed. */
    private final class Found implements Iterator<Document>, Closeable {
        private final Iterator<Document> users = found.iterator();

        @Override
        public boolean hasNext() {
            return users.hasNext();
        }

        @Override
        public Document next() {
            return users.next();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Override
    public boolean isUseAdviceWith() {
        return true;
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        ArchiveSettings settings =
                new ArchiveSettings("db", Duration.ofDays(30), Duration.ofDays(14), 2);
        Destination reportsThere =
                Destination.of(
                        Settings.load(Map.of("CARAVAN_ARCHIVE_DESTINATION", directory.toString())),
                        "caravan.archive.destination",
                        null);
        context.getRegistry().bind("archive", new Archive(settings, null, reportsThere, run -> {}));
        return new ArchiveRoute(settings, reportsThere);
    }

    @BeforeEach
    void mockMongodb() throws Exception {
        for (RouteDefinition route :
                List.copyOf(((ModelCamelContext) context).getRouteDefinitions())) {
            List<String> ids =
                    ProcessorDefinitionHelper.filterTypeInOutputs(
                                    route.getOutputs(), ToDefinition.class)
                            .stream()
                            .filter(to -> to.getUri().startsWith("mongodb:"))
                            .map(ToDefinition::getId)
                            .toList();
            if (!ids.isEmpty()) {
                AdviceWith.adviceWith(
                        context,
                        route.getRouteId(),
                        advice ->
                                ids.forEach(
                                        id ->
                                                advice.weaveById(id)
                                                        .replace()
                                                        .process(exchange -> ask(id, exchange))));
            }
        }
        AdviceWith.adviceWith(
                context,
                "archive-report",
                advice -> advice.weaveById("write").before().process(this::report));
        context.start();
    }

    private void report(Exchange exchange) {
        if (destinationRefuses) {
            throw new IllegalStateException("write refused");
        }
        reports.add(
                exchange.getMessage().getHeader(Exchange.FILE_NAME)
                        + " "
                        + exchange.getMessage().getBody(String.class).replaceAll("\\s", ""));
    }

    private void ask(String step, Exchange exchange) throws Exception {
        steps.add(step);
        bodies.computeIfAbsent(step, id -> new ArrayList<>()).add(exchange.getMessage().getBody());
        Answer answer = answers.getOrDefault(step, usual -> usual(step, usual));
        exchange.getMessage().setBody(answer.to(exchange));
    }

    private Object usual(String step, Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        return switch (step) {
            case "left", "look", "taken-back", "changed" -> List.of();
            case "find" -> new Found();
            case "read" -> documents(exchange.getProperty("users", List.class));
            case "verify" -> exchange.getProperty("chunk");
            case "decide" -> decide(exchange.getProperty("note", Document.class));
            case "take-over" -> decided;
            case "staying" -> documents(exchange.getProperty("note", Document.class), "staying");
            case "going", "copies" ->
                    documents(exchange.getProperty("note", Document.class), "users");
            case "delete" ->
                    BulkWriteResult.acknowledged(
                            0, 0, ((List<?>) body).size(), 0, List.of(), List.of());
            case "moved", "moved-by-now" ->
                    List.of(new Document("_id", 1), new Document("_id", "two"));
            default -> null;
        };
    }

    private Document decide(Document note) {
        return decided != null ? decided : new Document(note).append("staying", List.of());
    }

    private static List<Document> documents(List<?> users) {
        return users.stream()
                .map(user -> new Document("_id", "of " + user).append("user_id", user))
                .toList();
    }

    private static List<Document> documents(Document note, String users) {
        return documents(note.getList(users, Object.class));
    }

    private static Document user(Object id) {
        return new Document("_id", id).append("documents", 1L).append("undated", 0L);
    }

    private static Document note(List<?> going, List<?> staying, String state) {
        return new Document("_id", "batch")
                .append("batch", new ObjectId())
                .append("day", DAY.toString())
                .append("users", going)
                .append("staying", staying)
                .append("state", state)
                .append("at", new Date());
    }

    /** Says yes to everything that is asked of it, and so do the objects that it returns. */
    private static Object willing(Class<?> type) {
        return Proxy.newProxyInstance(
                ArchiveRouteTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> {
                    Class<?> result = method.getReturnType();
                    return result == boolean.class
                            ? (Object) true
                            : result.isInterface() ? willing(result) : null;
                });
    }

    private String archive() throws Exception {
        try (JobDay day = JobDays.of("archive", DAY, (DataSource) willing(DataSource.class))) {
            template.requestBody("direct:archive", day);
            return day.outcome();
        }
    }

    private static Set<Object> copied(Object body) {
        Set<Object> ids = new java.util.TreeSet<>();
        for (Object write : (List<?>) body) {
            ids.add(
                    ((InsertOneModel<?>) write).getDocument() instanceof Document document
                            ? document.get("_id")
                            : null);
        }
        return ids;
    }

    private static List<BsonDocument> filters(Object body) {
        return ((List<?>) body)
                .stream()
                        .map(write -> ((DeleteOneModel<?>) write).getFilter().toBsonDocument())
                        .toList();
    }

    @Test
    void nobodyToArchive_theDayIsReported() throws Exception {
        archive();
        assertThat(steps).containsExactly("left", "find", "moved", "moved-by-now");
        assertThat(reports)
                .containsExactly(
                        "2026-03-31.json {\"date\":\"2026-03-31\",\"archived_users_count\":2,"
                                + "\"archived_user_ids\":[1,\"two\"]}");
        assertThat(closed).isTrue();
    }

    @Test
    void batches_areMovedOneAfterTheOther_thenReported() throws Exception {
        found = List.of(user(1), user(2), user(3));
        assertThat(archive()).startsWith("3 users with 3 documents archived, 2 users in all");
        List<String> expected = new ArrayList<>(List.of("left", "find"));
        expected.addAll(BATCH);
        expected.addAll(BATCH);
        expected.addAll(List.of("moved", "moved-by-now"));
        assertThat(steps).isEqualTo(expected);
        assertThat(copied(bodies.get("copy").get(0))).containsExactly("of 1", "of 2");
        assertThat(copied(bodies.get("copy").get(1))).containsExactly("of 3");
        assertThat(filters(bodies.get("delete").get(0)))
                .as("a delete has the whole document as its condition")
                .map(BsonDocument::toJson)
                .containsExactly(
                        "{\"_id\": \"of 1\", \"$expr\": {\"$eq\": [\"$$ROOT\", {\"$literal\":"
                                + " {\"_id\": \"of 1\", \"user_id\": 1}}]}}",
                        "{\"_id\": \"of 2\", \"$expr\": {\"$eq\": [\"$$ROOT\", {\"$literal\":"
                                + " {\"_id\": \"of 2\", \"user_id\": 2}}]}}");
        assertThat(((Document) bodies.get("moves").get(0)).getList("users", Object.class))
                .containsExactly(1, 2);
        assertThat(closed).isTrue();
    }

    @Test
    void reportThatIsWrittenLate_isWrittenAgain_withWhatAnotherRunHasMoved() throws Exception {
        List<Document> moved = new ArrayList<>(List.of(new Document("_id", 1)));
        answers.put("moved", exchange -> List.copyOf(moved));
        answers.put(
                "moved-by-now",
                exchange -> {
                    if (moved.size() < 2) {
                        moved.add(new Document("_id", 2));
                    }
                    return moved;
                });
        archive();
        assertThat(reports).hasSize(2);
        assertThat(reports.get(1)).endsWith("\"archived_user_ids\":[1,2]}");
    }

    @Test
    void userWhoseDocumentsDoNotTell_stays_andIsCounted() throws Exception {
        found =
                List.of(
                        user(1).append("undated", 2L),
                        new Document("_id", null).append("documents", 3L).append("undated", 0L));
        assertThat(archive())
                .endsWith("2 users stay because a date of theirs is missing or invalid");
        assertThat(steps).containsExactly("left", "find", "moved", "moved-by-now");
    }

    @Test
    void userWhoHasComeBack_losesTheCopies_andKeepsTheOriginals() throws Exception {
        found = List.of(user(1), user(2));
        answers.put("look", exchange -> List.of(new Document("_id", 2)));
        decided = note(List.of(1), List.of(2), "deleting");
        assertThat(archive()).startsWith("1 user with 1 document archived");
        assertThat(steps).containsSubsequence("decide", "staying", "take-back", "going", "delete");
        assertThat(filters(bodies.get("take-back").get(0)))
                .singleElement()
                .satisfies(
                        filter -> {
                            assertThat(filter.getString("_id").getValue()).isEqualTo("of 2");
                            assertThat(filter.toJson())
                                    .contains("{\"$lt\": [\"$$NOW\", {\"$date\"");
                        });
        assertThat(filters(bodies.get("delete").get(0)))
                .map(filter -> filter.getString("_id").getValue())
                .containsExactly("of 1");
    }

    /** A batch of two was left: one user stays, the other one's document was changed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "take-over",
                "staying",
                "take-back",
                "taken-back",
                "going",
                "changed",
                "copy-again"
            })
    void mongodbRefusesToFinishABatchThatWasLeft_theRunEndsThere_theNoteStays(String step)
            throws Exception {
        decided = note(List.of(1), List.of(2), "deleting");
        answers.put("left", exchange -> List.of(decided));
        List<Integer> deleted = new ArrayList<>(List.of(0, 1));
        answers.put(
                "delete",
                exchange ->
                        BulkWriteResult.acknowledged(
                                0,
                                0,
                                deleted.size() > 1 ? deleted.remove(0) : deleted.get(0),
                                0,
                                List.of(),
                                List.of()));
        answers.put("changed", exchange -> documents(List.of(1)));
        Answer usual = answers.get(step);
        refuse(step);
        assertThatThrownBy(this::archive).hasRootCauseMessage(step + " refused");
        assertThat(steps).endsWith(step).doesNotContain("moves", "free", "find", "moved");
        assertThat(reports).isEmpty();

        answers.put(step, usual == null ? exchange -> usual(step, exchange) : usual);
        archive();
        assertThat(steps).endsWith("moves", "free", "find", "moved", "moved-by-now");
    }

    private void refuse(String step) {
        answers.put(
                step,
                exchange -> {
                    throw new CamelMongoDbException(new MongoException(step + " refused"));
                });
    }

    @Test
    void mongodbRefusesToTellWhoHasMovedMeanwhile_theDayIsNotDone_thoughItsReportIsWritten() {
        refuse("moved-by-now");
        assertThatThrownBy(this::archive).hasRootCauseMessage("moved-by-now refused");
        assertThat(steps).endsWith("moved-by-now");
        assertThat(reports).hasSize(1);
    }

    @Test
    void destinationRefusesTheReport_theDayIsNotDone_andIsReportedByTheNextRun() throws Exception {
        destinationRefuses = true;
        assertThatThrownBy(this::archive).hasRootCauseMessage("write refused");
        assertThat(steps).endsWith("moved");
        assertThat(directory).isEmptyDirectory();
        destinationRefuses = false;
        archive();
        assertThat(directory.resolve("2026-03-31.json")).isNotEmptyFile();
    }

    @Test
    void takingBackComesTooLate_theRunEnds_theNoteStays() {
        found = List.of(user(1));
        decided = note(List.of(), List.of(1), "deleting");
        answers.put("taken-back", exchange -> List.of(new Document("_id", "of 1")));
        assertThatThrownBy(this::archive)
                .rootCause()
                .hasMessageContaining("taking them back took too long");
        assertThat(steps).doesNotContain("free", "moved");
    }

    @Test
    void documentThatWasChanged_isCopiedAgain_onlyWhereTheCopyIsAsItWas() throws Exception {
        found = List.of(user(1));
        Document changed = new Document("_id", "of 1").append("user_id", 1).append("new", true);
        List<Object> results = new ArrayList<>(List.of(0, 1));
        answers.put(
                "delete",
                exchange ->
                        BulkWriteResult.acknowledged(
                                0, 0, (Integer) results.remove(0), 0, List.of(), List.of()));
        answers.put("changed", exchange -> List.of(changed));
        assertThat(archive()).startsWith("1 user with 1 document ");
        assertThat(steps)
                .containsSubsequence(
                        "copies", "delete", "changed", "copy-again", "copies", "delete", "moves");
        ReplaceOneModel<?> again =
                (ReplaceOneModel<?>) ((List<?>) bodies.get("copy-again").get(0)).get(0);
        assertThat(again.getReplacement()).isEqualTo(changed);
        assertThat(again.getReplaceOptions().isUpsert()).isFalse();
        assertThat(again.getFilter().toBsonDocument().toJson()).contains("$$ROOT");
    }

    @Test
    void documentThatNeverEqualsItsCopy_endsTheRun() {
        found = List.of(user(1));
        answers.put(
                "delete",
                exchange -> BulkWriteResult.acknowledged(0, 0, 0, 0, List.of(), List.of()));
        answers.put("changed", exchange -> documents(List.of(1)));
        assertThatThrownBy(this::archive).rootCause().hasMessageContaining("never equals its copy");
        assertThat(steps).doesNotContain("moves", "free", "moved");
    }

    private static CamelMongoDbException refused(int code) {
        return new CamelMongoDbException(
                new MongoBulkWriteException(
                        BulkWriteResult.acknowledged(0, 0, 0, 0, List.of(), List.of()),
                        List.of(new BulkWriteError(code, "refused", new BsonDocument(), 0)),
                        null,
                        new ServerAddress(),
                        Set.of()));
    }

    @Test
    void copiesThatAreThereAlready_areLeft() throws Exception {
        found = List.of(user(1));
        answers.put(
                "copy",
                exchange -> {
                    throw refused(11_000);
                });
        archive();
        assertThat(steps).containsSubsequence("copy", "verify", "decide", "delete", "moved");
    }

    @Test
    void copyThatMongodbRefuses_endsTheRun_nothingIsDeleted() {
        found = List.of(user(1));
        answers.put(
                "copy",
                exchange -> {
                    throw refused(121);
                });
        assertThatThrownBy(this::archive).hasRootCauseMessage(refused(121).getCause().getMessage());
        assertThat(steps).endsWith("copy");
    }

    @Test
    void copyThatIsMissing_endsTheRun_nothingIsDecided() {
        found = List.of(user(1), user(2));
        answers.put("verify", exchange -> documents(List.of(2)));
        assertThatThrownBy(this::archive)
                .rootCause()
                .hasMessageStartingWith("MongoDB does not have 1 of the documents");
        assertThat(steps).endsWith("verify");
    }

    @Test
    void anotherProcessHasDecided_nothingIsDeleted() {
        found = List.of(user(1));
        answers.put("decide", exchange -> null);
        assertThatThrownBy(this::archive)
                .rootCause()
                .hasMessageContaining("Nothing of the batch has been deleted");
        assertThat(steps).endsWith("decide");
    }

    @Test
    void batchThatWasLeftUndecided_isTakenBack_beforeAnybodyIsLookedFor() throws Exception {
        answers.put("left", exchange -> List.of(note(List.of(1), List.of(), "moving")));
        decided = note(List.of(), List.of(1), "deleting");
        archive();
        assertThat(steps)
                .containsExactly(
                        "left",
                        "take-over",
                        "staying",
                        "take-back",
                        "taken-back",
                        "free",
                        "find",
                        "moved",
                        "moved-by-now");
    }

    @Test
    void batchThatWasLeftDecided_isFinished_beforeAnybodyIsLookedFor() throws Exception {
        decided = note(List.of(1, 2), List.of(), "deleting");
        answers.put("left", exchange -> List.of(decided));
        assertThat(archive()).startsWith("2 users with 2 documents");
        assertThat(steps)
                .containsExactly(
                        "left",
                        "take-over",
                        "going",
                        "copies",
                        "delete",
                        "moves",
                        "free",
                        "find",
                        "moved",
                        "moved-by-now");
    }

    @Test
    void batchThatAnotherProcessMayBeAt_isAskedForAgain() throws Exception {
        decided = note(List.of(), List.of(1), "deleting");
        answers.put("left", exchange -> List.of(decided));
        List<Document> taken = new ArrayList<>();
        taken.add(null);
        taken.add(decided);
        answers.put("take-over", exchange -> taken.remove(0));
        archive();
        assertThat(steps).containsSubsequence("left", "take-over", "take-over", "staying", "free");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "left", "find", "note", "read", "copy", "verify", "look", "decide", "copies",
                "delete", "moves", "free", "moved"
            })
    void mongodbRefuses_theRunEndsThere_andReportsNothing(String step) {
        found = List.of(user(1), user(2), user(3));
        refuse(step);
        assertThatThrownBy(this::archive).hasRootCauseMessage(step + " refused");
        assertThat(steps).endsWith(step);
        assertThat(reports).isEmpty();
        assertThat(closed)
                .as("the cursor is given back")
                .isEqualTo(!Set.of("left", "find").contains(step));
    }
}
