-- A row a student of {group} who has marks on the days {from} to {to}: how often present, absent, excused.
SELECT
    STUDENT_ID AS student_id,
    argMax(ifNull(STUDENT_FIO, ''), DATE_CREATE) AS student,
    countIf(ATTENDANCE_MARK = 1) AS present,
    countIf(ATTENDANCE_MARK = 0) AS absent,
    countIf(ATTENDANCE_MARK IN (2, 3)) AS excused,
    count() AS marks
FROM latest_attendance
WHERE ifNull(GROUP_SHORT_TITLE, '') = {group:String} AND LESSON_DATE BETWEEN {from:Date} AND {to:Date}
GROUP BY student_id
ORDER BY student, student_id
