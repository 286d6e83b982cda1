package routes.directory;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.apache.camel.Message;

/** What one batch asks an {@link HttpDirectory}, in as many requests as it takes. */
interface Question {
    /** True while there is something to ask. */
    boolean isOpen();

    /**
     * Writes the next request: its path and query as headers, its body; without one it is a GET.
     */
    void write(Message request);

    /**
     * Reads the answer to it, which came with status 200.
     *
     * @throws DirectoryUnavailable when it does not say all that was asked
     */
    void read(JsonNode answer);

    /** Those who are known, once nothing is open; who is missing here is not in the directory. */
    Map<PersonId, Person> people();
}
