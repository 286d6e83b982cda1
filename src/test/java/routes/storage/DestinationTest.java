package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.settings.Settings;
import routes.settings.SettingsException;

/** What a setting says, as an endpoint. */
class DestinationTest {
    private static Destination destination(String place) {
        Settings settings =
                Settings.load(
                        Map.of(
                                "CARAVAN_ARCHIVE_DESTINATION",
                                place,
                                "CARAVAN_S3_SECRET_KEY",
                                "secret"));
        return Destination.of(settings, "caravan.archive.destination", () -> Bucket.of(settings));
    }

    @ParameterizedTest
    @CsvSource({
        "reports, file:reports?tempPrefix=.&fileExist=TryRename",
        "/var/reports, file:/var/reports?tempPrefix=.&fileExist=TryRename",
        "file:reports, file:reports?tempPrefix=.&fileExist=TryRename",
        "file:reports?fileExist=Fail, file:reports?fileExist=Fail&tempPrefix=.",
        "s3:audit/,"
            + " aws2-s3:caravan?keyName=RAW(audit/${header.CamelFileName})&amazonS3Client=#s3&multiPartUpload=true&partSize=8388608",
        "aws2-s3:other,"
            + " aws2-s3:other?keyName=${header.CamelFileName}&amazonS3Client=#s3&multiPartUpload=true&partSize=8388608",
        "aws2-s3:other?amazonS3Client=#mine&keyName=k,"
            + " aws2-s3:other?amazonS3Client=#mine&keyName=k&multiPartUpload=true&partSize=8388608",
        "sftp:caravan@host/reports, sftp:caravan@host/reports?tempPrefix=.",
        "mock:reports, mock:reports"
    })
    void settings_areEndpoints(String place, String uri) {
        assertThat(destination(place).uri()).isEqualTo(uri);
    }

    @Test
    void componentOrOptionThatThereIsNot_isAWrongSetting() throws Exception {
        for (String place : new String[] {"stfp:host/reports", "file:reports?tmpPrefix=."}) {
            try (DefaultCamelContext context = new DefaultCamelContext()) {
                assertThatThrownBy(() -> destination(place).addTo(context))
                        .isInstanceOf(SettingsException.class)
                        .hasMessageStartingWith(
                                "caravan.archive.destination: \""
                                        + place
                                        + "\" (from CARAVAN_ARCHIVE_DESTINATION) is not a");
            }
        }
    }
}
