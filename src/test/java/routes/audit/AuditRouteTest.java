package routes.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.commons.io.input.BrokenInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.settings.Settings;
import routes.storage.Bucket;
import routes.storage.Destination;

/** The audit's file on its way from Postgres to a destination, both of them replaced. */
class AuditRouteTest extends CamelTestSupport {
    private static final String NAME = "users_audit_export_2026-03-29.csv";

    @TempDir private Path directory;

    private InputStream rows = stream("id,user_id\n1,2\n");
    private String exported;

    @BindToRegistry("audit")
    private final Export recorded = new Export();

    /** Stands for {@link Audit}; Camel calls it by name. */
    public final class Export {
        public String fileName(@Body String day) {
            return Audit.fileName(java.time.LocalDate.parse(day));
        }

        public InputStream rows(@Body String day) {
            return rows;
        }

        public void exported(@Variable("day") String day, @Body String place) {
            exported = day + " " + place;
        }
    }

    @Override
    public boolean isUseAdviceWith() {
        return true;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private MockEndpoint start(String destination) throws Exception {
        Settings settings =
                Settings.load(
                        Map.of(
                                "CARAVAN_AUDIT_DESTINATION",
                                destination,
                                "CARAVAN_S3_SECRET_KEY",
                                "secret"));
        Bucket bucket = Bucket.of(settings);
        Destination to = Destination.of(settings, "caravan.audit.destination", () -> bucket);
        to.addTo(context);
        context.addRoutes(new AuditRoute(to));
        AdviceWith.adviceWith(
                context,
                "audit",
                advice -> advice.weaveById("destination").replace().to("mock:destination"));
        context.start();
        return getMockEndpoint("mock:destination");
    }

    @BeforeEach
    void noneIsExported() {
        assertThat(exported).isNull();
    }

    @Test
    void rows_goToTheDestination_underTheDaysName() throws Exception {
        MockEndpoint destination = start("s3:audit/");
        destination.expectedHeaderReceived(Exchange.FILE_NAME, NAME);
        destination.expectedBodiesReceived("id,user_id\n1,2\n");
        template.sendBody("direct:audit", "2026-03-29");
        destination.assertIsSatisfied();
        assertThat(exported).isEqualTo("2026-03-29 aws2-s3:caravan/" + NAME);
    }

    @Test
    void postgresBreaksInTheMiddle_nothingIsSent() throws Exception {
        rows = new SequenceInputStream(rows, new BrokenInputStream(new IOException("it broke")));
        MockEndpoint destination = start("s3:audit/");
        destination.expectedMessageCount(0);
        assertThatThrownBy(() -> template.sendBody("direct:audit", "2026-03-29"))
                .hasRootCauseMessage("it broke");
        destination.assertIsSatisfied();
        assertThat(exported).isNull();
    }

    @Test
    void destinationRefuses_theJobHearsOfIt_andTheDayIsNotExported() throws Exception {
        start("s3:audit/")
                .whenAnyExchangeReceived(
                        exchange -> {
                            throw new IllegalStateException("no room on the device");
                        });
        assertThatThrownBy(() -> template.sendBody("direct:audit", "2026-03-29"))
                .hasRootCauseMessage("no room on the device");
        assertThat(exported).isNull();
    }

    @Test
    void directory_getsTheFile_inPlaceOfTheOldOne() throws Exception {
        Path file = Files.writeString(directory.resolve(NAME), "an older and longer file\n");
        start(directory.toString())
                .whenAnyExchangeReceived(
                        exchange ->
                                template.send(
                                        "file:" + directory + "?tempPrefix=.&fileExist=TryRename",
                                        exchange));
        template.sendBody("direct:audit", "2026-03-29");
        assertThat(file).hasContent("id,user_id\n1,2\n");
        assertThat(exported).isEqualTo("2026-03-29 " + file);
    }
}
