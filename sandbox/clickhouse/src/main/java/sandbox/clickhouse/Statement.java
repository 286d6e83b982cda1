package sandbox.clickhouse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What has to be known of a statement before it runs. The engine parses it; here it is only looked
 * over.
 *
 * @param empty whether there is nothing but blanks and comments
 * @param insert whether it begins with INSERT
 * @param several whether another statement follows
 * @param file whether it reads or writes a file on this machine (INTO OUTFILE, FROM INFILE)
 * @param format the FORMAT that it names; "" if none
 * @param data offset in bytes where the data of an INSERT ... FORMAT begins; -1 if it has none, or
 *     has VALUES
 * @param clauses offset in bytes of the SETTINGS or FORMAT of an INSERT with data: the end of its
 *     table and columns
 */
record Statement(
        boolean empty,
        boolean insert,
        boolean several,
        boolean file,
        String format,
        int data,
        int clauses) {

    /**
     * Looks at the statement at the beginning of the text; the data of an INSERT is not looked at.
     */
    static Statement of(ByteBuffer text) {
        Words words = new Words(text);
        boolean first = true;
        boolean insert = false;
        boolean ended = false;
        boolean file = false;
        String format = "";
        String before = "";
        int data = -1;
        int clauses = -1;
        for (String word = words.next(); word != null; word = words.next()) {
            if (ended) {
                return new Statement(false, insert, true, file, format, data, clauses);
            }
            if (first) {
                insert = word.equals("INSERT");
                first = false;
            }
            file |= before.equals("INTO") && word.equals("OUTFILE");
            file |= before.equals("FROM") && word.equals("INFILE");
            ended = word.equals(";");
            if (before.equals("FORMAT") && isName(word)) {
                format = words.asWritten();
                if (insert) {
                    data = words.dataStart();
                    break;
                }
            }
            if (insert && (word.equals("FORMAT") || word.equals("SETTINGS")) && clauses < 0) {
                clauses = words.start();
            }
            if (insert && word.equals("VALUES")) {
                break;
            }
            before = word;
        }
        return new Statement(first, insert, false, file, format, data, clauses);
    }

    private static boolean isName(String word) {
        return Character.isLetter(word.charAt(0)) || word.charAt(0) == '_';
    }

    /**
     * Words and signs of a statement; blanks and comments are left out, and each quoted text is one
     * sign.
     */
    private static class Words {
        private final ByteBuffer text;
        private String asWritten = "";
        private int start;

        Words(ByteBuffer text) {
            this.text = text;
        }

        String asWritten() {
            return asWritten;
        }

        /** Where the last word began. */
        int start() {
            return start;
        }

        /**
         * Behind the last word: blanks, perhaps a semicolon, and one end of line do not belong to
         * the data.
         */
        int dataStart() {
            int at = text.position();
            while (at < text.limit()
                    && (text.get(at) == ' ' || text.get(at) == '\t' || text.get(at) == '\f')) {
                at++;
            }
            if (at < text.limit() && text.get(at) == ';') {
                at++;
            }
            if (at < text.limit() && text.get(at) == '\r') {
                at++;
            }
            return at < text.limit() && text.get(at) == '\n' ? at + 1 : at;
        }

        /** The next word in upper case, or the next sign; null at the end. */
        String next() {
            skipBlanksAndComments();
            if (!text.hasRemaining()) {
                return null;
            }
            start = text.position();
            char c = (char) text.get();
            if (c == '\'' || c == '"' || c == '`') {
                skipQuoted(c);
                return Character.toString(c);
            }
            if (!inWord(c)) {
                return Character.toString(c);
            }
            while (text.hasRemaining() && inWord((char) text.get(text.position()))) {
                text.get();
            }
            byte[] word = new byte[Math.min(text.position() - start, 100)];
            text.get(start, word);
            asWritten = new String(word, StandardCharsets.UTF_8);
            return asWritten.toUpperCase(Locale.ROOT);
        }

        private static boolean inWord(char c) {
            return c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '_'
                    || c > 127;
        }

        private void skipBlanksAndComments() {
            while (text.hasRemaining()) {
                int c = peek(0);
                if (c <= ' ' && c >= 0) {
                    text.get();
                } else if (c == '-' && peek(1) == '-'
                        || c == '#' && (peek(1) == ' ' || peek(1) == '!')) {
                    skipTo('\n');
                } else if (c == '/' && peek(1) == '*') {
                    skipBlockComment();
                } else {
                    return;
                }
            }
        }

        private int peek(int ahead) {
            int at = text.position() + ahead;
            return at < text.limit() ? text.get(at) : -1;
        }

        private void skipTo(char end) {
            while (text.hasRemaining() && text.get() != end) {}
        }

        private void skipBlockComment() {
            while (text.hasRemaining() && !(peek(0) == '*' && peek(1) == '/')) {
                text.get();
            }
            text.position(Math.min(text.position() + 2, text.limit()));
        }

        private void skipQuoted(char mark) {
            while (text.hasRemaining()) {
                char c = (char) text.get();
                if (c == '\\' && text.hasRemaining()) {
                    text.get();
                } else if (c == mark) {
                    return;
                }
            }
        }
    }
}
