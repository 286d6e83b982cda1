package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.settings.Settings;

/** Finished files at an SFTP server, which runs here. */
class SftpDestinationTest {
    @TempDir Path files;
    private SshServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(new SimpleGeneratorHostKeyProvider());
        server.setPasswordAuthenticator((user, password, session) -> password.equals("let me in"));
        server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
        server.setFileSystemFactory(new VirtualFileSystemFactory(files));
        server.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        server.stop(true);
    }

    private String write(String password, String report) throws Exception {
        Settings settings =
                Settings.load(
                        Map.of(
                                "CARAVAN_ARCHIVE_DESTINATION",
                                "sftp:caravan@127.0.0.1:"
                                        + server.getPort()
                                        + "/reports?maximumReconnectAttempts=0&useUserKnownHostsFile=false"
                                        + "&password=RAW({{password}})"));
        Destination destination =
                Destination.of(settings, "caravan.archive.destination", () -> null);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().addInitialProperty("password", password);
            destination.addTo(context);
            context.addRoutes(
                    new RouteBuilder() {
                        @Override
                        public void configure() {
                            from("direct:write")
                                    .to(destination.uri())
                                    .transform()
                                    .method(destination, "written");
                        }
                    });
            context.start();
            return context.createProducerTemplate()
                    .requestBodyAndHeader(
                            "direct:write", report, Exchange.FILE_NAME, "day.json", String.class);
        }
    }

    @Test
    void reportWrittenTwice_isThereOnceAsAWhole() throws Exception {
        write("let me in", "{\"users\": [1, 2, 3]}");
        String name = write("let me in", "{\"users\": []}");

        assertThat(files.resolve("reports/day.json")).hasContent("{\"users\": []}");
        try (var all = Files.list(files.resolve("reports"))) {
            assertThat(all).hasSize(1);
        }
        assertThat(name).endsWith("/reports/day.json").doesNotContain("let me in");
    }

    @Test
    void wrongPassword_isAnErrorThatDoesNotShowIt() {
        assertThatThrownBy(() -> write("guessed word", "{}"))
                .isInstanceOf(CamelExecutionException.class)
                .rootCause()
                .hasMessageContaining("Auth fail");
        assertThatThrownBy(() -> write("guessed word", "{}"))
                .hasStackTraceContaining("sftp")
                .satisfies(
                        e -> {
                            for (Throwable t = e; t != null; t = t.getCause()) {
                                assertThat(t.getMessage()).doesNotContain("guessed word");
                            }
                        });
    }
}
