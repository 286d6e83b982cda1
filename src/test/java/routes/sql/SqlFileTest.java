package routes.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlFileTest {
    @Test
    void semicolon_endsAStatement_whereverItIs() {
        assertThat(SqlFile.split("A 1; B\r\n2 ;-- end\n\nC;;\n-- D;\nE /* ; */ F"))
                .containsExactly("A 1", "B\n2", "C", "E  F");
    }

    @Test
    void semicolonInQuotes_endsNothing() {
        for (String quoted :
                new String[] {
                    "'a;b'",
                    "'it''s;'",
                    "'\\';'",
                    "\"a;b\"",
                    "`a;b`",
                    "$$ a; b $$",
                    "'--;'",
                    "'/*;'"
                }) {
            assertThat(SqlFile.split("X " + quoted + ";\nY")).containsExactly("X " + quoted, "Y");
        }
    }

    @Test
    void everyFileOfTheJar_keepsItsText() {
        assertThat(SqlFile.statements("classpath:sql/clickhouse/user_events.sql"))
                .hasSizeGreaterThan(2)
                .allMatch(statement -> statement.matches("(?s)(CREATE|INSERT) .*"));
    }
}
