package routes;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The layers of the packages, and that data are moved by Camel's endpoints. */
class ArchitectureTest {
    static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("routes");

    private static final ArchRule PACKAGES_HAVE_NO_CYCLE =
            slices().matching("routes.(*)..").should().beFreeOfCycles();

    private static final ArchRule NOTHING_IS_BELOW_SETTINGS =
            noClasses()
                    .that()
                    .resideInAPackage("routes.settings..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("routes..")
                                    .and(resideOutsideOfPackage("routes.settings..")));

    private static final ArchRule SQL_KNOWS_SETTINGS_ALONE =
            noClasses()
                    .that()
                    .resideInAPackage("routes.sql..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("routes..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    "routes.sql..", "routes.settings..")));

    private static final ArchRule THE_RUNTIME_IS_ON_TOP =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "routes", "routes.runtime..", "routes.command..", "routes.demo..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("routes", "routes.runtime..");

    private static final ArchRule NOBODY_KNOWS_THE_DEMO =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("routes", "routes.demo..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("routes.demo..");

    /** Bodies and answers of bulkWrite are the driver's own classes. */
    private static final ArchRule MONGODB_IS_CAMELS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("routes.archive..", "routes.demo..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.mongodb.client..");

    /**
     * What moves data without an endpoint, and the classes that use it. Each of them is named in
     * docs/how-it-works.md, under "By hand", with its reason.
     */
    enum ByHand {
        MONGODBS_CLIENT(
                type("com\\.mongodb\\.client\\.Mongo(Client|Clients|Collection|Database|Cursor)"),
                "archive.Archive",
                "archive.Mongo"),

        S3S_CLIENT(
                type("software\\.amazon\\.awssdk\\.services\\.s3\\.S3.*Client.*"),
                "storage.Bucket",
                "storage.PlainS3Client"),

        KAFKAS_CLIENTS(
                type(
                        "org\\.apache\\.kafka\\.clients\\."
                                + "(consumer\\.(Kafka)?Consumer|producer\\.(Kafka)?Producer)"),
                "deadletter.DeadLetterTopic",
                "deadletter.Replay",
                "kafka.OwnedPartitions",
                "kafka.RangeReader",
                "kafka.RangesConsumer"),

        CLICKHOUSES_CLIENT(
                type("com\\.clickhouse\\.client\\.api\\.(Client|insert\\.|query\\.).*"),
                "clickhouse.ClickHouse"),

        CLICKHOUSES_STATEMENTS(
                method("routes.clickhouse.ClickHouse", "execute|rows|rowsAsInsert|copy|insert"),
                "clickhouse.ClickHouse",
                "clickhouse.ClickHouseProducer",
                "clickhouse.Grants",
                "daily.DailyLoad",
                "marts.Marts",
                "marts.Models",
                "marts.View",
                "queries.NamedQueries",
                "replication.ViewingModels",
                "runtime.Pipelines",
                "runtime.ServerChecks",
                "runtime.StartCheck",
                "sink.SinkTable",
                "sink.Sinks",
                "sink.StoredBatches"),

        JDBC_TEMPLATES(
                type("org\\.springframework\\.jdbc\\.core\\..*(JdbcTemplate|JdbcOperations)"),
                "audit.Audit",
                "outbox.ArrivalTable",
                "outbox.CatalogEntry",
                "outbox.FlaggedTable",
                "outbox.IndexBuilder",
                "outbox.Outboxes",
                "outbox.OwnTable",
                "outbox.SkippedRows",
                "outbox.TopicPartitions",
                "runtime.ServerChecks"),

        /** A row mapper's ResultSet is none of them. */
        JDBC(
                type("java\\.sql\\.(Connection|(Prepared|Callable)?Statement|DriverManager)"),
                "audit.Audit",
                "jobs.JobTransaction",
                "jobs.Jobs",
                "jobs.QuartzTables",
                "outbox.IndexBuilder",
                "pipeline.Rights",
                "replication.PatientWork",
                "replication.Replication",
                "replication.ReplicationCheck",
                "replication.ReplicationSetup",
                "replication.ReplicationSlot");

        private final DescribedPredicate<JavaClass> using;
        private final Set<String> classes;

        ByHand(DescribedPredicate<JavaClass> using, String... classes) {
            this.using = using;
            this.classes = new TreeSet<>(Set.of(classes));
        }

        private static DescribedPredicate<JavaClass> type(String pattern) {
            return describe(
                    "depend on " + pattern,
                    from ->
                            from.getDirectDependenciesFromSelf().stream()
                                    .anyMatch(
                                            to -> to.getTargetClass().getName().matches(pattern)));
        }

        private static DescribedPredicate<JavaClass> method(String owner, String names) {
            return describe(
                    "call " + owner + "." + names,
                    from ->
                            from.getAccessesFromSelf().stream()
                                    .map(JavaAccess::getTarget)
                                    .anyMatch(
                                            to ->
                                                    to.getOwner().getName().equals(owner)
                                                            && to.getName().matches(names)));
        }

        /** Without "routes."; a class inside of another is part of it. */
        private static String name(JavaClass used) {
            return used.getName().replaceFirst("^routes\\.", "").replaceFirst("\\$.*", "");
        }

        /**
         * All classes of the project that do, the demo's aside: it stands for users' own systems.
         */
        private Set<String> users() {
            return CLASSES.stream()
                    .filter(resideOutsideOfPackage("routes.demo.."))
                    .filter(using)
                    .map(ByHand::name)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void packagesHaveNoCycle() {
        PACKAGES_HAVE_NO_CYCLE.check(CLASSES);
    }

    @Test
    void nothingIsBelowSettings() {
        NOTHING_IS_BELOW_SETTINGS.check(CLASSES);
    }

    @Test
    void sqlKnowsSettingsAlone() {
        SQL_KNOWS_SETTINGS_ALONE.check(CLASSES);
    }

    @Test
    void theRuntimeIsOnTop() {
        THE_RUNTIME_IS_ON_TOP.check(CLASSES);
    }

    @Test
    void nobodyKnowsTheDemo() {
        NOBODY_KNOWS_THE_DEMO.check(CLASSES);
    }

    @Test
    void mongodbIsCamels() {
        MONGODB_IS_CAMELS.check(CLASSES);
    }

    /** Neither more classes than are named, nor one that is named and needs it no more. */
    @ParameterizedTest
    @EnumSource
    void onlyNamedClassesMoveDataByHand(ByHand hand) {
        assertThat(hand.users()).as("classes that %s", hand.using).isEqualTo(hand.classes);
    }

    /** By its package and name, as in {@code outbox.Outboxes}. */
    @ParameterizedTest
    @EnumSource
    void eachClassThatMovesDataByHand_standsInTheDocsWithItsReason(ByHand hand) throws IOException {
        String section =
                Files.readString(Path.of("docs/how-it-works.md"))
                        .split("\n## By hand\n", 2)[1]
                        .split("\n## ", 2)[0];
        assertThat(hand.classes)
                .allSatisfy(named -> assertThat(section).contains("`" + named + "`"));
    }
}
