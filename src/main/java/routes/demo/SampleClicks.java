package routes.demo;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * Clicks of the electronic journal about the people of a {@link SampleDirectory}, the same for the
 * same seed. Some are corrected by later ones, and some of these bear the same time.
 *
 * @param day the last day of lessons; all are on this day and the {@code days - 1} before it
 * @param days at least 1
 */
public record SampleClicks(SampleDirectory people, LocalDate day, int days, long seed) {
    private static final int LESSONS_A_DAY = 2;
    private static final int STRANGERS_PER_MILLE = 10;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT);

    /**
     * A click.
     *
     * @param student the number in the directory, -1 for one who is not in it
     * @param employee likewise, -1 also where nobody of the staff has clicked
     */
    public record Click(
            UUID id,
            int journal,
            int student,
            int employee,
            String studentId,
            String markedBy,
            int role,
            int lesson,
            LocalDate lessonDate,
            int mark,
            LocalDateTime created) {

        /** As it is on the topic. */
        public String json() {
            return """
            {"ID":"%s","JOURNAL_ID":%d,"STUDENT_ID":%s,"LESSON_DATE":"%s","ATTENDANCE_MARK":%d,\
            "MARKED_BY":"%s","DATE_CREATE":"%s","LESSON_ID":%d,"TYPE_MARK":%s,"NUMBER_CERT":%s,\
            "MARKED_BY_ROLE":%d}\
            """
                    .formatted(
                            id,
                            journal,
                            studentId,
                            lessonDate,
                            mark,
                            markedBy,
                            TIME.format(created),
                            lesson,
                            mark == 2 ? "\"справка\"" : "null",
                            mark == 2 ? "\"№ " + student + "/" + lesson + "\"" : "null",
                            role);
        }
    }

    /**
     * One of them.
     *
     * @param number from 0
     */
    public Click click(int number) {
        Random random = new Random(seed * 31 + day.toEpochDay() + number * 2_654_435_761L);
        UUID id = new UUID(random.nextLong(), random.nextLong());
        boolean stranger = random.nextInt(1_000) < STRANGERS_PER_MILLE;
        int student = random.nextInt(people.students());
        int group = student / SampleDirectory.GROUP;
        int dayOfLesson = random.nextInt(days);
        int lessonOfDay = random.nextInt(LESSONS_A_DAY);
        LocalDate lessonDate = day.minusDays(dayOfLesson);
        int lesson = (group * days + dayOfLesson) * LESSONS_A_DAY + lessonOfDay + 1;
        int kind = random.nextInt(20);
        int role = kind < 14 ? 2 : kind < 16 ? 3 : kind < 19 ? 1 : 0;
        int mark = role == 3 ? 2 + random.nextInt(2) : random.nextInt(5) == 0 ? 0 : 1;
        int employee = role < 2 ? -1 : group % people.employees();
        LocalDateTime created =
                lessonDate.atTime(9 + 3 * lessonOfDay, 0).plusSeconds(random.nextInt(7_200));
        created =
                random.nextInt(3) == 0
                        ? created.withMinute(0).withSecond(0)
                        : created.plusNanos(random.nextInt(1_000) * 1_000_000L);
        String markedBy =
                role == 0
                        ? people.studentId(student)
                        : role == 1
                                ? people.studentId(group * SampleDirectory.GROUP)
                                : people.employeeId(employee);
        return new Click(
                id,
                group + 1,
                stranger ? -1 : student,
                employee,
                stranger ? people.strangerId() : people.studentId(student),
                markedBy,
                role,
                lesson,
                lessonDate,
                mark,
                created);
    }
}
