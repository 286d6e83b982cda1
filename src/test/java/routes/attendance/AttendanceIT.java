package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import harness.Commands;
import harness.RuntimeProcess;
import harness.Seed;
import harness.TopicEnds;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.demo.SampleDirectory;
import routes.directory.Person;

/** Clicks from their topic to ClickHouse, on the real engines. */
class AttendanceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SampleDirectory PEOPLE = new SampleDirectory(100, 10, 7);

    private static AttendanceLab lab;
    private static RuntimeProcess runtime;

    @BeforeAll
    static void start() throws Exception {
        lab = new AttendanceLab(PEOPLE);
        Map<String, String> environment = lab.environment();
        environment.put("CARAVAN_ELASTICSEARCH_TIMEOUT", "2s");
        runtime = RuntimeProcess.start(environment).awaitRunning();
    }

    @AfterAll
    static void stop() throws Exception {
        try (AttendanceLab closed = lab;
                RuntimeProcess stopped = runtime) {
            assertThat(closed).isNotNull();
            assertThat(stopped).isNotNull();
        }
    }

    private static Map<String, Object> row(UUID id) {
        String sql =
                "SELECT *, toString(DATE_CREATE, 'UTC') AS utc FROM attendance_enriched WHERE ID ="
                        + " '"
                        + id
                        + "'";
        Awaitility.await("click " + id).atMost(PATIENCE).until(() -> lab.rows(sql).size() == 1);
        return lab.rows(sql).get(0);
    }

    @Test
    void click_getsTheFieldsOfItsStudentAndItsTeacher() throws Exception {
        UUID id = UUID.randomUUID();
        lab.send(List.of(Clicks.json(id, Map.of())));
        ObjectNode student = PEOPLE.student(0);
        ObjectNode teacher = PEOPLE.employee(0);
        assertThat(row(id))
                .containsEntry("JOURNAL_ID", "17")
                .containsEntry("STUDENT_ID", PEOPLE.studentId(0))
                .containsEntry("ATTENDANCE_MARK", 1)
                .containsEntry("kafka_key", id.toString())
                .containsEntry("STUDENT_FIO", student.at("/PERSONAL/fullname").asText())
                .containsEntry("STUDENT_MIDDLE_NAME", student.at("/PERSONAL/surname").asText())
                .containsEntry("STUDENT_SEX", student.at("/PERSONAL/sex").asText())
                .containsEntry("GROUP_SHORT_TITLE", PEOPLE.group(0))
                .containsEntry("COURSE", student.at("/EDUCATION/0/edu_course").asText())
                .containsEntry(
                        "SPECIALIZATION_TITLE",
                        student.at("/EDUCATION/0/specialization/title").asText())
                .containsEntry("TEACHER_FIO", teacher.at("/PERSONAL/fullname").asText())
                .containsEntry(
                        "TEACHER_WORK_POSITION", teacher.at("/PERSONAL/WORK_POSITION").asText())
                .containsEntry(
                        "FACULTY", teacher.at("/WORK/0/department/FACULTY_NAME_DECANAT").asText())
                .containsEntry("KAFEDRA", teacher.at("/WORK/0/department/title").asText());
        assertThat((Integer) row(id).get("STUDENT_AGE")).isBetween(15, 60);
    }

    @Test
    void personWhoIsNotFound_leavesNulls_andTheClickIsKept() throws Exception {
        UUID id = UUID.randomUUID();
        lab.send(List.of(Clicks.json(id, Map.of("STUDENT_ID", '"' + PEOPLE.strangerId() + '"'))));
        assertThat(row(id))
                .containsEntry("STUDENT_ID", PEOPLE.strangerId())
                .containsEntry("STUDENT_FIO", null)
                .containsEntry("STUDENT_AGE", null)
                .containsEntry("GROUP_SHORT_TITLE", null)
                .containsEntry("TEACHER_FIO", PEOPLE.employee(0).at("/PERSONAL/fullname").asText());
    }

    @Test
    void clickOfAMonitorOrAStudent_asksForNoTeacher() throws Exception {
        UUID monitor = UUID.randomUUID();
        UUID student = UUID.randomUUID();
        lab.send(
                List.of(
                        Clicks.json(monitor, Map.of("MARKED_BY_ROLE", "1")),
                        Clicks.json(student, Map.of("MARKED_BY_ROLE", "\"0\""))));
        assertThat(row(monitor)).containsEntry("TEACHER_FIO", null).containsEntry("KAFEDRA", null);
        assertThat(row(student)).containsEntry("TEACHER_FIO", null);
    }

    @Test
    void dateCreate_withoutAZone_isInMoscow_andWithOne_isInThatZone() throws Exception {
        Map<String, String> utc =
                Map.of(
                        "\"2024-09-02T10:15:30.123\"", "2024-09-02 07:15:30.123",
                        "\"2024-09-02 10:15:30\"", "2024-09-02 07:15:30.000",
                        // Moscow was four hours ahead then.
                        "\"2013-07-01T10:15:30.123\"", "2013-07-01 06:15:30.123",
                        "\"2024-09-02T10:15:30.123Z\"", "2024-09-02 10:15:30.123",
                        "\"2024-09-02T10:15:30.123+05:00\"", "2024-09-02 05:15:30.123",
                        "\"2024-09-02T10:15:30.123456-0130\"", "2024-09-02 11:45:30.123",
                        "1725261330123", "2024-09-02 07:15:30.123",
                        "\"1725261330123\"", "2024-09-02 07:15:30.123");
        Map<UUID, String> expected = new HashMap<>();
        List<String> clicks = new ArrayList<>();
        utc.forEach(
                (text, time) -> {
                    UUID id = UUID.randomUUID();
                    expected.put(id, time);
                    clicks.add(Clicks.json(id, Map.of("DATE_CREATE", text, "LESSON_ID", "5")));
                });
        lab.send(clicks);
        expected.forEach((id, time) -> assertThat(row(id)).containsEntry("utc", time));
    }

    @Test
    void latestAttendance_isTheGreatestDateCreate_thenTheGreatestId_inWhateverOrderTheyCome()
            throws Exception {
        Random random = Seed.of(AttendanceIT.class).random("choices");
        List<String> clicks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clicks.add(
                    Clicks.json(
                            new UUID(random.nextLong(), random.nextLong()),
                            Map.of(
                                    "LESSON_ID",
                                    "\"latest\"",
                                    "DATE_CREATE",
                                    "\"2024-09-02T10:%02d:00.000\"".formatted(i))));
        }
        String last = "\"2024-09-02T11:00:00.000\"";
        UUID winner = UUID.fromString("ff000000-0000-4000-8000-000000000001");
        for (UUID id :
                List.of(
                        UUID.fromString("0f000000-0000-4000-8000-ffffffffffff"),
                        UUID.fromString("7f000000-0000-4000-8000-ffffffffffff"),
                        winner)) {
            clicks.add(
                    Clicks.json(
                            id,
                            Map.of(
                                    "LESSON_ID",
                                    "\"latest\"",
                                    "DATE_CREATE",
                                    last,
                                    "ATTENDANCE_MARK",
                                    id == winner ? "3" : "0")));
        }
        Collections.shuffle(clicks, random);
        for (String click : clicks) {
            lab.send(List.of(click));
        }
        Awaitility.await("all clicks")
                .atMost(PATIENCE)
                .until(
                        () ->
                                lab.number(
                                                "SELECT count() AS n FROM attendance_enriched WHERE"
                                                        + " LESSON_ID = 'latest'")
                                        == clicks.size());
        // The latest marks are filled after the table, by the same insert.
        Awaitility.await("the latest mark")
                .atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(
                                                lab.rows(
                                                        "SELECT toString(ID) AS id, ATTENDANCE_MARK"
                                                                + " AS mark FROM latest_attendance"
                                                                + " WHERE LESSON_ID = 'latest'"))
                                        .containsExactly(
                                                Map.of("id", winner.toString(), "mark", 3)));
    }

    @Test
    void sameIdTwice_countsOnce_andTheFirstIsKept() throws Exception {
        UUID id = UUID.randomUUID();
        lab.send(List.of(Clicks.json(id, Map.of())));
        assertThat(row(id)).containsEntry("ATTENDANCE_MARK", 1);
        UUID after = UUID.randomUUID();
        lab.send(
                List.of(
                        Clicks.json(id, Map.of("ATTENDANCE_MARK", "0")),
                        Clicks.json(
                                id,
                                Map.of(
                                        "ID",
                                        '"'
                                                + id.toString().toUpperCase(java.util.Locale.ROOT)
                                                + '"')),
                        Clicks.json(after, Map.of())));
        row(after);
        Awaitility.await("repetitions")
                .atMost(PATIENCE)
                .until(
                        () ->
                                runtime.metric(
                                                "caravan_sink_changed_content_total",
                                                "attendance_enriched")
                                        >= 2);
        assertThat(row(id)).containsEntry("ATTENDANCE_MARK", 1);
    }

    @Test
    void headersThatTheProducerChose_areCarriedAsData_andSteerNothing() throws Exception {
        UUID id = UUID.randomUUID();
        RecordHeaders chosen = new RecordHeaders();
        for (String name : List.of("kafka.OVERRIDE_TOPIC", "kafka.KEY", "CamelX", "trace")) {
            chosen.add(name, "elsewhere".getBytes(StandardCharsets.UTF_8));
        }
        chosen.add("trace", null);
        lab.send(List.of(Clicks.json(id, Map.of())), chosen);
        row(id);
        byte[] key = id.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(TopicEnds.all(lab.kafka(), "attendance_enriched"))
                .filteredOn(record -> Arrays.equals(record.key(), key))
                .singleElement()
                .satisfies(record -> assertThat(record.headers()).isEqualTo(chosen));
        assertThat(lab.records("elsewhere")).isZero();
    }

    @Test
    void malformedClicks_areDeadLetters_andTheirNeighboursLand() throws Exception {
        UUID good = UUID.randomUUID();
        UUID repaired = UUID.randomUUID();
        lab.send(
                List.of(
                        "no JSON",
                        "[1]",
                        Clicks.json(repaired, Map.of("ATTENDANCE_MARK", "\"many\"")),
                        Clicks.json(good, Map.of()),
                        Clicks.json(UUID.randomUUID(), Map.of("STUDENT_FIO", "\"Иванов\""))));
        row(good);
        Awaitility.await("dead letters")
                .atMost(PATIENCE)
                .until(() -> runtime.metric("caravan_attendance_dead_letters_total", "") >= 4);
        String letters =
                Commands.run(
                        lab.environment(),
                        "dead-letter",
                        "list",
                        "attendance_events",
                        "--format",
                        "json");
        assertThat(letters)
                .contains("the value is not JSON")
                .contains("is not a JSON object")
                .contains("ATTENDANCE_MARK is \\\"many\\\"")
                .contains("STUDENT_FIO is one that Caravan adds")
                .contains("attendance_events partition ");
        String place =
                letters.lines()
                        .filter(line -> line.contains("many"))
                        .findFirst()
                        .orElseThrow()
                        .replaceFirst(".*\"record\":\"([^\"]+)\".*", "$1");
        Commands.run(
                lab.environment(),
                "dead-letter",
                "replay",
                "attendance_events",
                "--record",
                place,
                "--value",
                Clicks.json(repaired, Map.of()));
        assertThat(row(repaired)).containsEntry("ATTENDANCE_MARK", 1);
    }

    @ParameterizedTest
    @CsvSource({"kill, start, 1", "pause, resume, 2"})
    void elasticsearchAway_clicksWait_theCircuitIsSeen_andTheyGoOnByThemselves(
            String away, String back, int student) throws Exception {
        UUID id = UUID.randomUUID();
        lab.sandbox().command(away, "elasticsearch");
        try {
            lab.send(
                    List.of(
                            Clicks.json(
                                    id,
                                    Map.of("STUDENT_ID", '"' + PEOPLE.studentId(student) + '"'))));
            Awaitility.await("the circuit is open")
                    .atMost(PATIENCE)
                    .until(
                            () ->
                                    runtime.metric(
                                                    "caravan_directory_circuit_open",
                                                    "elasticsearch")
                                            == 1);
            HttpResponse<String> health = runtime.get("/observe/health/ready");
            assertThat(health.statusCode()).isEqualTo(503);
            assertThat(health.body())
                    .containsPattern("\"name\":\"elasticsearch\",\"status\":\"DOWN\"")
                    .containsPattern("circuit is (OPEN|HALF_OPEN)");
            assertThat(lab.rows("SELECT 1 AS one FROM attendance_enriched WHERE ID = '" + id + "'"))
                    .isEmpty();
        } finally {
            lab.sandbox().command(back, "elasticsearch");
        }
        assertThat(row(id))
                .containsEntry(
                        "STUDENT_FIO", PEOPLE.student(student).at("/PERSONAL/fullname").asText());
        Awaitility.await("ready")
                .atMost(PATIENCE)
                .until(() -> runtime.get("/observe/health/ready").statusCode() == 200);
        assertThat(runtime.metric("caravan_directory_circuit_open", "elasticsearch")).isZero();
    }

    @Test
    void queries_countTheClicksThatCount() throws Exception {
        String lessonDate = "\"2031-03-01\"";
        List<String> clicks = new ArrayList<>();
        UUID last = UUID.randomUUID();
        for (int student = 0; student < 4; student++) {
            clicks.add(
                    Clicks.json(
                            student == 3 ? last : UUID.randomUUID(),
                            Map.of(
                                    "STUDENT_ID",
                                    '"' + PEOPLE.studentId(student) + '"',
                                    "LESSON_DATE",
                                    lessonDate,
                                    "ATTENDANCE_MARK",
                                    Integer.toString(student))));
        }
        // Corrects the absent one.
        clicks.add(
                Clicks.json(
                        UUID.randomUUID(),
                        Map.of(
                                "LESSON_DATE",
                                lessonDate,
                                "DATE_CREATE",
                                "\"2031-03-01T12:00:00\"")));
        lab.send(clicks);
        Awaitility.await("clicks")
                .atMost(PATIENCE)
                .until(
                        () ->
                                lab.number(
                                                "SELECT count() AS n FROM attendance_enriched WHERE"
                                                        + " LESSON_DATE = '2031-03-01'")
                                        == clicks.size());
        row(last);
        Awaitility.await("latest marks, the corrected one among them")
                .atMost(PATIENCE)
                .until(
                        () ->
                                lab.number(
                                                "SELECT sum(ATTENDANCE_MARK) * 10 + count() AS n"
                                                        + " FROM latest_attendance WHERE"
                                                        + " LESSON_DATE = '2031-03-01'")
                                        == 74);
        String days = "from=2031-03-01";
        assertThat(query("attendance_by_group", days, "to=2031-03-01"))
                .containsExactly("\"%s\",2,0,2,0,4".formatted(PEOPLE.group(0)));
        assertThat(query("attendance_students", days, "to=2031-03-02", "group=" + PEOPLE.group(0)))
                .hasSize(4)
                .contains(
                        "\"%s\",\"%s\",1,0,0,1"
                                .formatted(
                                        PEOPLE.studentId(0),
                                        PEOPLE.student(0).at("/PERSONAL/fullname").asText()));
        assertThat(query("attendance_by_teacher", days, "to=2031-03-01"))
                .containsExactly(
                        "\"%s\",\"%s\",\"%s\",4,50,0"
                                .formatted(
                                        PEOPLE.employeeId(0),
                                        PEOPLE.employee(0).at("/PERSONAL/fullname").asText(),
                                        PEOPLE.employee(0)
                                                .at("/WORK/0/department/title")
                                                .asText()));
    }

    @Test
    void marksOfToday_areInAll_andByGroup() throws Exception {
        String today = LocalDate.now(Person.ZONE).toString();
        List<String> clicks = new ArrayList<>();
        UUID last = UUID.randomUUID();
        Set<String> groups = new TreeSet<>();
        for (int student : List.of(0, 99)) {
            for (String lesson : List.of("1", "2")) {
                clicks.add(
                        Clicks.json(
                                UUID.randomUUID(),
                                Map.of(
                                        "STUDENT_ID", '"' + PEOPLE.studentId(student) + '"',
                                        "LESSON_ID", lesson,
                                        "LESSON_DATE", '"' + today + '"')));
            }
            groups.add(PEOPLE.group(student));
        }
        assertThat(groups).hasSize(2);
        clicks.add(
                Clicks.json(
                        last,
                        Map.of(
                                "STUDENT_ID", '"' + PEOPLE.strangerId() + '"',
                                "LESSON_DATE", '"' + today + '"')));
        lab.send(clicks);
        row(last);
        List<String> expected = new ArrayList<>(List.of("\\N,5,3", "\"\",1,1"));
        groups.forEach(group -> expected.add("\"%s\",2,1".formatted(group)));
        Awaitility.await("latest marks of today")
                .atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(query("attendance_today"))
                                        .containsExactlyElementsOf(
                                                expected.stream()
                                                        .map(row -> '"' + today + "\"," + row)
                                                        .toList()));
    }

    /** The rows as CSV. */
    private static List<String> query(String name, String... values) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("query", name, "--format", "csv"));
        for (String value : values) {
            arguments.addAll(List.of("--set", value));
        }
        return Commands.run(lab.environment(), arguments.toArray(String[]::new))
                .lines()
                .skip(1)
                .toList();
    }

    @Test
    void clicks_areCountedAtBothEnds_forTheBoard() throws Exception {
        lab.send(List.of(Clicks.json(UUID.randomUUID(), Map.of()), "no click"));
        Awaitility.await("counts")
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            JsonNode stream =
                                    new ObjectMapper()
                                            .readTree(runtime.get("/api/counts").body())
                                            .at("/streams/0");
                            assertThat(stream.path("pipeline").asText()).isEqualTo("attendance");
                            assertThat(stream.path("verdict").asText()).isEqualTo("adds up");
                            assertThat(stream.path("deadLetters").asLong()).isPositive();
                            assertThat(stream.path("enriched").asLong()).isPositive();
                            assertThat(stream.path("records").asLong()).isGreaterThan(1);
                        });
    }
}
