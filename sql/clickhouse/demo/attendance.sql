-- What a demo's clicks have become: those that stand, how many different ones, those with their student, and the marks.
SELECT
    count() AS standing,
    uniqExact(ID) AS different,
    countIf(STUDENT_FIO IS NOT NULL) AS with_student,
    countIf(TEACHER_FIO IS NOT NULL) AS with_teacher,
    uniqExact(JOURNAL_ID, STUDENT_ID, LESSON_ID, LESSON_DATE) AS marks
FROM attendance_enriched
WHERE toString(ID) IN (SELECT key FROM format(TSV, 'key String', {keys:String}))
