package sandbox.clickhouse;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineLibraryTest {
    @TempDir Path directory;

    @Test
    void aCutOffArchive_isRefused() throws Exception {
        Path archive = Files.writeString(directory.resolve("a.tgz"), "the whole archive");
        byte[] digest = MessageDigest.getInstance("SHA-512").digest("the whole archive".getBytes());
        EngineLibrary.Distribution distribution =
                new EngineLibrary.Distribution(
                        "p", 1, Base64.getEncoder().encodeToString(digest), null);
        assertDoesNotThrow(() -> distribution.check(archive));

        Files.writeString(archive, "the whole arch");
        assertThrows(IOException.class, () -> distribution.check(archive));
    }

    @Test
    void aLibraryThatIsNotThere_doesNotHold() throws Exception {
        assertFalse(new Stamp(directory.resolve("none.so")).holds("00"));
    }

    @Test
    void aLibraryWithTheKnownDigest_holds_withAndWithoutItsNote() throws Exception {
        Path library = Files.writeString(directory.resolve("lib.so"), "content");
        String digest = Digests.of(library, "SHA-256");
        assertTrue(new Stamp(library).holds(digest));
        Files.delete(directory.resolve("lib.so.checked"));
        assertTrue(new Stamp(library).holds(digest));
    }

    @Test
    void aLibraryThatWasCutOffAfterItsCheck_doesNotHold() throws Exception {
        Path library = Files.writeString(directory.resolve("lib.so"), "content");
        String digest = Digests.of(library, "SHA-256");
        new Stamp(library).write();
        Files.writeString(library, "cont");
        assertFalse(new Stamp(library).holds(digest));
    }

    @Test
    void aLibraryWhoseDigestOnlyItsNoteKnows_isCheckedAgainstTheNote() throws Exception {
        Path library = Files.writeString(directory.resolve("lib.so"), "content");
        assertFalse(new Stamp(library).holds(null), "nobody has ever checked it");
        new Stamp(library).write();
        assertTrue(new Stamp(library).holds(null));
        Files.writeString(library, "x", StandardOpenOption.APPEND);
        assertFalse(new Stamp(library).holds(null));
    }
}
