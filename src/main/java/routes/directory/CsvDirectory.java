package routes.directory;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import routes.pipeline.Reason;

/**
 * A file of people with a header: {@code kind} (student or employee) and {@code id}, and any of
 * {@code fullname, last_name, first_name, middle_name, birthdate, sex, admission_year,
 * qualification, course, group, specialization, work_position, faculty, department}. UTF-8, commas,
 * quotes where needed; read again when it has changed. Of several lines with the same id, the first
 * counts.
 */
public final class CsvDirectory implements Directory.Local {
    private static final CsvMapper CSV =
            CsvMapper.builder()
                    .enable(CsvParser.Feature.FAIL_ON_MISSING_COLUMNS)
                    .enable(CsvParser.Feature.EMPTY_STRING_AS_NULL)
                    .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();
    private static final ObjectReader LINES =
            CSV.readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader());

    private static final Map<String, PersonId.Kind> KINDS =
            Map.of("student", PersonId.Kind.STUDENT, "employee", PersonId.Kind.EMPLOYEE);

    private final Path file;
    private Map<PersonId, Person> people = Map.of();
    private FileTime read;

    CsvDirectory(Path file) {
        this.file = file;
    }

    @Override
    public String name() {
        return "csv";
    }

    @Override
    public String address() {
        return file.toString();
    }

    @Override
    public Map<PersonId, Person> find(Set<PersonId> ids) {
        Map<PersonId, Person> all = people();
        return ids.stream()
                .filter(all::containsKey)
                .collect(Collectors.toMap(Function.identity(), all::get));
    }

    private synchronized Map<PersonId, Person> people() {
        try {
            FileTime modified = Files.getLastModifiedTime(file);
            if (!modified.equals(read)) {
                people = load();
                read = modified;
            }
            return people;
        } catch (NoSuchFileException e) {
            throw new DirectoryUnavailable("There is no file " + file.toAbsolutePath(), e);
        } catch (IOException | IllegalArgumentException e) {
            String reason =
                    e instanceof JsonProcessingException wrong
                            ? "line "
                                    + wrong.getLocation().getLineNr()
                                    + ": "
                                    + wrong.getOriginalMessage()
                            : Reason.of(e);
            throw new DirectoryUnavailable(
                    "The file " + file.toAbsolutePath() + " cannot be read as people: " + reason,
                    e);
        }
    }

    private Map<PersonId, Person> load() throws IOException {
        Map<PersonId, Person> loaded = new HashMap<>();
        try (MappingIterator<Map<String, String>> lines = LINES.readValues(file.toFile())) {
            while (lines.hasNextValue()) {
                String place = "line " + lines.getCurrentLocation().getLineNr();
                Map<String, String> line = lines.nextValue();
                String id = line.get("id");
                String kind = String.valueOf(line.get("kind")).toLowerCase(Locale.ROOT);
                if (id == null || !KINDS.containsKey(kind)) {
                    throw new IllegalArgumentException(
                            place + " needs an id, and student or employee as its kind");
                }
                loaded.putIfAbsent(
                        new PersonId(KINDS.get(kind), id), CSV.convertValue(line, Person.class));
            }
        }
        return loaded;
    }
}
