package sandbox.clickhouse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of files. */
final class Digests {
    private Digests() {}

    /** In hexadecimal. */
    static String of(Path file, String algorithm) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            while (in.read(buffer) >= 0) {
                // Reading is all: the stream feeds the digest.
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * @param expected in hexadecimal; null takes any
     * @throws IOException when the file's digest is another one
     */
    static void require(Path file, String algorithm, String expected) throws IOException {
        if (expected == null) {
            return;
        }
        String found = of(file, algorithm);
        if (!found.equals(expected)) {
            throw new IOException(
                    file
                            + " is not what was expected ("
                            + algorithm
                            + " "
                            + found
                            + ", not "
                            + expected
                            + "): fetch it again");
        }
    }
}
