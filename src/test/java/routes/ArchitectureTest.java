package routes;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

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
                    .and()
                    .doNotHaveFullyQualifiedName("routes.command.ArchiveCommand")
                    .and()
                    .doNotHaveFullyQualifiedName("routes.runtime.JobWork")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.mongodb.client..");

    private static final ArchRule MONGODB_COLLECTIONS_ARE_CAMELS =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("routes.demo..")
                    .and()
                    // Creates indexes, and asks for a sign of life.
                    .doNotHaveFullyQualifiedName("routes.archive.Archive")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("com\\.mongodb\\.client\\.Mongo(Collection|Database|Cursor)");

    private static final ArchRule S3_IS_CAMELS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("routes.storage..")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("software\\.amazon\\.awssdk\\.services\\.s3\\.S3.*Client.*");

    private static final ArchRule KAFKA_IS_CAMELS_OR_OURS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "routes.kafka..", "routes.deadletter..", "routes.demo..")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "org\\.apache\\.kafka\\.clients\\."
                                    + "(consumer\\.KafkaConsumer|producer\\.KafkaProducer)");

    private static final ArchRule CLICKHOUSES_CLIENT_IS_THE_COMPONENTS =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("routes.clickhouse..")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching(
                            "com\\.clickhouse\\.client\\.api\\.(Client|insert\\.|query\\.).*");

    /** What is read from a catalog and created before a route starts. */
    private static final ArchRule ROWS_ARE_MOVED_BY_SQL_ENDPOINTS =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("routes.demo..")
                    .and()
                    .haveNameNotMatching(
                            "routes\\.(outbox\\.(Outboxes|CatalogEntry|FlaggedTable|ArrivalTable"
                                + "|IndexBuilder|SourceTable|OwnTable|SkippedRows|TopicPartitions)"
                                + "|audit\\.Audit|runtime\\.ServerChecks).*")
                    .should()
                    .dependOnClassesThat()
                    .haveNameMatching("org\\.springframework\\.jdbc\\.core\\..*JdbcTemplate");

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

    @Test
    void mongodbCollectionsAreCamels() {
        MONGODB_COLLECTIONS_ARE_CAMELS.check(CLASSES);
    }

    @Test
    void s3IsCamels() {
        S3_IS_CAMELS.check(CLASSES);
    }

    @Test
    void kafkaIsCamelsOrOurs() {
        KAFKA_IS_CAMELS_OR_OURS.check(CLASSES);
    }

    @Test
    void clickhousesClientIsTheComponents() {
        CLICKHOUSES_CLIENT_IS_THE_COMPONENTS.check(CLASSES);
    }

    @Test
    void rowsAreMovedBySqlEndpoints() {
        ROWS_ARE_MOVED_BY_SQL_ENDPOINTS.check(CLASSES);
    }
}
