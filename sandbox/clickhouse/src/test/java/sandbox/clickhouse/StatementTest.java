package sandbox.clickhouse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatementTest {
    private static Statement of(String text) {
        return Statement.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void blanksAndComments_areAnEmptyStatement() {
        assertTrue(of(" \n-- nothing\n/* at all */ # really").empty());
        assertFalse(of("-- a comment\nSELECT 1").empty());
    }

    @Test
    void aSecondStatement_isSeen_andSemicolonsElsewhereAreNot() {
        assertTrue(of("SELECT 1; DROP TABLE t").several());
        assertFalse(of("SELECT 1; -- the end\n").several());
        assertFalse(of("SELECT ';', \"a;b\", `c;d`, 'it\\'s; x' /* ; y */").several());
        assertFalse(of("INSERT INTO t VALUES (1, ';'); more").several());
        assertFalse(of("INSERT INTO t FORMAT CSV\n1;2").several());
    }

    @Test
    void theFormat_isTheOneThatIsNamedLast() {
        assertEquals(
                "JSON", of("select 'FORMAT CSV' format JSON settings max_threads = 1").format());
        assertEquals("", of("select 1").format());
    }

    @Test
    void theDataOfAnInsert_beginsBehindOneEndOfLine() {
        String text = "insert into t (a, b) SETTINGS async_insert = 0 format TSV \n\nx";
        Statement statement = of(text);
        assertEquals("\nx", text.substring(statement.data()));
        assertEquals("SETTINGS", text.substring(statement.clauses(), statement.clauses() + 8));
        assertTrue(statement.insert());
        assertEquals(-1, of("INSERT INTO t VALUES (1)").data());
        assertEquals(-1, of("INSERT INTO t SELECT 1").data());
    }

    @Test
    void files_areSeen() {
        assertTrue(of("SELECT 1 INTO OUTFILE 'x'").file());
        assertTrue(of("INSERT INTO t FROM INFILE 'x' FORMAT CSV").file());
        assertFalse(of("SELECT 'INTO OUTFILE'").file());
    }
}
