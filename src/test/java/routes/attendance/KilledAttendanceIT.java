package routes.attendance;

import static org.assertj.core.api.Assertions.assertThat;

import harness.Endurance;
import harness.RuntimeProcess;
import harness.Seed;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import routes.demo.SampleClicks;
import routes.demo.SampleDirectory;

/**
 * The runtime and Elasticsearch killed with SIGKILL while clicks pass: each click arrives once,
 * with its people, and the latest marks are right.
 */
class KilledAttendanceIT {
    private static final int CLICKS = Endurance.of(12_000, 50_000);
    private static final int STUDENTS = 2_000;
    private static final int KILLS = Endurance.of(6, 10);
    private static final List<Integer> WITHOUT_ELASTICSEARCH = List.of(3, 7);
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @Test
    void runtimeAndElasticsearchKilled_everyClickOnce_withItsPeople_andTheLatestMarks()
            throws Exception {
        Seed seed = Seed.of(KilledAttendanceIT.class);
        Random random = seed.random("killer");
        SampleDirectory people = new SampleDirectory(STUDENTS, 60, seed.number());
        SampleClicks sample =
                new SampleClicks(people, LocalDate.of(2025, 10, 10), 5, seed.number());
        List<SampleClicks.Click> clicks =
                IntStream.range(0, CLICKS).mapToObj(sample::click).toList();
        try (AttendanceLab lab = new AttendanceLab(people)) {
            Map<String, String> environment = lab.environment();
            // Much to ask for, in many batches.
            environment.put("CARAVAN_ATTENDANCE_ROWS", "200");
            environment.put("CARAVAN_ATTENDANCE_CACHE_FOUND", "200ms");
            int chunk = CLICKS / KILLS;
            for (int kill = 0; kill < KILLS; kill++) {
                if (WITHOUT_ELASTICSEARCH.contains(kill)) {
                    lab.sandbox().command("kill", "elasticsearch");
                    Endurance.count(KilledAttendanceIT.class, "elasticsearch killed", 1);
                }
                RuntimeProcess runtime = RuntimeProcess.start(environment);
                lab.send(
                        clicks.subList(kill * chunk, (kill + 1) * chunk).stream()
                                .map(SampleClicks.Click::json)
                                .toList());
                if (WITHOUT_ELASTICSEARCH.contains(kill)) {
                    Awaitility.await("the outage is felt")
                            .atMost(PATIENCE)
                            .until(() -> runtime.log().contains("to=OPEN"));
                    lab.sandbox().command("start", "elasticsearch");
                }
                if (kill % 4 == 2) {
                    // Also while it starts.
                    Thread.sleep(random.nextInt(3_000));
                } else {
                    // In the middle of the chunk.
                    Awaitility.await("the first batch")
                            .atMost(PATIENCE)
                            .pollInterval(Duration.ofMillis(5))
                            .until(() -> runtime.log().contains("stream=attendance topic="));
                    Thread.sleep(random.nextInt(200));
                }
                runtime.kill();
                Endurance.count(KilledAttendanceIT.class, "runtime killed", 1);
            }
            try (RuntimeProcess last = RuntimeProcess.start(environment)) {
                Awaitility.await("every click")
                        .atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> count(lab) >= CLICKS);
                last.awaitRunning();
                assertEveryClickOnceWithItsPeople(lab, people, clicks);
                assertLatestMarks(lab, clicks);
            }
            Endurance.count(KilledAttendanceIT.class, "clicks found once", CLICKS);
            // As if each batch had been sent and not committed.
            long sent = lab.records("attendance_enriched");
            System.out.println("sent twice by the kills: " + (sent - CLICKS));
            lab.forgetWhatWasRead();
            try (RuntimeProcess again = RuntimeProcess.start(environment)) {
                Awaitility.await("every click sent again, and left out")
                        .atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(
                                () ->
                                        lab.records("attendance_enriched") >= sent + CLICKS
                                                && again.metric(
                                                                "caravan_sink_duplicates_total",
                                                                "attendance_enriched")
                                                        >= CLICKS);
                assertEveryClickOnceWithItsPeople(lab, people, clicks);
                assertLatestMarks(lab, clicks);
            }
        }
    }

    private static long count(AttendanceLab lab) {
        return lab.number("SELECT count() AS n FROM attendance_enriched");
    }

    private static void assertEveryClickOnceWithItsPeople(
            AttendanceLab lab, SampleDirectory people, List<SampleClicks.Click> clicks) {
        IntFunction<String> student =
                number ->
                        number < 0
                                ? null
                                : people.student(number).at("/PERSONAL/fullname").asText()
                                        + " "
                                        + people.group(number);
        IntFunction<String> teacher =
                number ->
                        number < 0
                                ? null
                                : people.employee(number).at("/PERSONAL/fullname").asText();
        List<String> expected = new ArrayList<>();
        for (SampleClicks.Click click : clicks) {
            expected.add(
                    click.id()
                            + " "
                            + student.apply(click.student())
                            + " "
                            + teacher.apply(click.employee()));
        }
        expected.sort(Comparator.naturalOrder());
        List<String> found =
                new ArrayList<>(
                        lab
                                .rows(
                                        "SELECT concat(toString(ID), ' ',"
                                            + " ifNull(concat(STUDENT_FIO, ' ', GROUP_SHORT_TITLE),"
                                            + " 'null'), ' ', ifNull(TEACHER_FIO, 'null')) AS click"
                                            + " FROM attendance_enriched")
                                .stream()
                                .map(row -> (String) row.get("click"))
                                .toList());
        found.sort(Comparator.naturalOrder());
        assertThat(found).isEqualTo(expected);
    }

    private static void assertLatestMarks(AttendanceLab lab, List<SampleClicks.Click> clicks) {
        Map<String, SampleClicks.Click> latest = new HashMap<>();
        int ties = 0;
        for (SampleClicks.Click click : clicks) {
            SampleClicks.Click before = latest.get(mark(click));
            if (before != null && before.created().equals(click.created())) {
                ties++;
            }
            if (before == null
                    || Comparator.comparing(SampleClicks.Click::created)
                                    .thenComparing(other -> other.id().toString())
                                    .compare(click, before)
                            > 0) {
                latest.put(mark(click), click);
            }
        }
        assertThat(ties).as("clicks at the same time as another one").isPositive();
        Map<String, String> expected = new HashMap<>();
        latest.forEach((mark, click) -> expected.put(mark, click.id() + " " + click.mark()));
        Map<String, String> found = new HashMap<>();
        for (Map<String, Object> row :
                lab.rows(
                        "SELECT concat(JOURNAL_ID, ' ', STUDENT_ID, ' ', LESSON_ID, ' ',"
                                + " toString(LESSON_DATE)) AS mark, concat(toString(ID), ' ',"
                                + " toString(ATTENDANCE_MARK)) AS click FROM latest_attendance")) {
            assertThat(found.put((String) row.get("mark"), (String) row.get("click")))
                    .as("another row of %s", row.get("mark"))
                    .isNull();
        }
        assertThat(found).isEqualTo(expected);
    }

    private static String mark(SampleClicks.Click click) {
        return click.journal()
                + " "
                + click.studentId()
                + " "
                + click.lesson()
                + " "
                + click.lessonDate();
    }
}
