-- A row a member of the staff whose marks count on the days {from} to {to}: the shares of present and absent among them.
SELECT
    ifNull(MARKED_BY, '') AS teacher_id,
    argMax(ifNull(TEACHER_FIO, ''), DATE_CREATE) AS teacher,
    argMax(ifNull(KAFEDRA, ''), DATE_CREATE) AS department,
    count() AS marks,
    round(100 * countIf(ATTENDANCE_MARK = 1) / marks, 2) AS present_percent,
    round(100 * countIf(ATTENDANCE_MARK = 0) / marks, 2) AS absent_percent
FROM latest_attendance
WHERE ifNull(MARKED_BY_ROLE, 2) NOT IN (0, 1) AND LESSON_DATE BETWEEN {from:Date} AND {to:Date}
GROUP BY teacher_id
ORDER BY teacher, teacher_id
