package routes.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.aws2.s3.AWS2S3Constants;
import org.apache.camel.util.URISupport;
import routes.settings.Settings;

/**
 * Where finished files go: an endpoint of any of Camel's components. A route writes a file there
 * with {@code .setHeader(Exchange.FILE_NAME, ...).to(destination.uri()).transform().method(
 * destination, "written")}.
 *
 * <p>A file takes the place of the one that has its name. In a directory or bucket readers see the
 * old one or the new one as a whole, whatever dies meanwhile. At an SFTP or FTP server the old one
 * is deleted right before the new one, which is there as a whole, gets its name. A body whose
 * length is not known is first converted to a StreamCache, which goes through a file where it is
 * large: a source that breaks leaves nothing, and S3 is told the length.
 */
public final class Destination {
    private static final String FILE = "file:";
    private static final String S3 = "aws2-s3:";
    private static final String SHORT_S3 = "s3:";
    private static final Pattern REMOTE = Pattern.compile("(sftp|ftps?):.*");
    private static final String FILE_NAME = "${header.CamelFileName}";
    // One letter before a colon is a drive.
    private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

    private final Settings settings;
    private final String key;
    private final Supplier<Bucket> bucket;
    private final String uri;

    private Destination(Settings settings, String key, Supplier<Bucket> bucket) {
        this.settings = settings;
        this.key = key;
        this.bucket = bucket;
        String place = settings.text(key);
        if (place.startsWith(SHORT_S3)) {
            String prefix = place.substring(SHORT_S3.length());
            if (prefix.matches(".*[&)].*")) {
                throw settings.wrong(key, place, "a prefix without & and )");
            }
            String name = settings.text("caravan.s3.bucket");
            uri = completed(S3 + name + "?keyName=RAW(" + prefix + FILE_NAME + ")");
        } else {
            uri = completed(URI.matcher(place).matches() ? place : FILE + place);
        }
    }

    /**
     * The destination that a setting names.
     *
     * @param key of the setting: an endpoint URI, a directory, or {@code s3:PREFIX} in the bucket
     *     of the settings
     * @param bucket is asked for the bucket only if the destination is on its server
     */
    public static Destination of(Settings settings, String key, Supplier<Bucket> bucket) {
        return new Destination(settings, key, bucket);
    }

    /** Options that make a file come whole, where the URI does not say otherwise. */
    private static String completed(String uri) {
        if (uri.startsWith(FILE)) {
            // Overriding deletes the old file first; renaming replaces it atomically.
            return with(with(uri, "tempPrefix", "."), "fileExist", "TryRename");
        }
        if (REMOTE.matcher(uri).matches()) {
            return with(uri, "tempPrefix", ".");
        }
        if (uri.startsWith(S3)) {
            String named = with(uri, "keyName", FILE_NAME);
            String ours = with(named, "amazonS3Client", "#s3");
            return with(with(ours, "multiPartUpload", "true"), "partSize", "8388608");
        }
        return uri;
    }

    private static String with(String uri, String option, String value) {
        return uri.matches(".*[?&]" + option + "=.*")
                ? uri
                : uri + (uri.contains("?") ? "&" : "?") + option + "=" + value;
    }

    /** The endpoint; a file's name is in the header CamelFileName. */
    public String uri() {
        return uri;
    }

    /**
     * Gives a context what the endpoint needs.
     *
     * @throws routes.settings.SettingsException when Camel has no such component or option
     */
    public void addTo(CamelContext context) throws Exception {
        if (uri.startsWith(S3)) {
            bucket.get().addTo(context);
        }
        try {
            context.getEndpoint(uri);
        } catch (ResolveEndpointFailedException | NoSuchEndpointException e) {
            throw settings.wrong(
                    key,
                    settings.text(key),
                    "a directory, s3:PREFIX, or an endpoint URI of Camel (" + e.getMessage() + ")");
        }
    }

    /**
     * Makes sure that a file that was just written survives a loss of power.
     *
     * @return its full name, for people
     */
    public String written(
            @Header(Exchange.FILE_NAME) String name,
            @Header(Exchange.FILE_NAME_PRODUCED) String file,
            @Header(AWS2S3Constants.PRODUCED_BUCKET_NAME) String bucketName,
            @Header(AWS2S3Constants.PRODUCED_KEY) String object)
            throws IOException {
        if (uri.startsWith(FILE)) {
            Path path = Path.of(file).toAbsolutePath().normalize();
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            return path.toString();
        }
        return object == null
                ? URISupport.stripQuery(URISupport.sanitizeUri(uri)) + "/" + name
                : StorageException.place(bucketName, object);
    }
}
