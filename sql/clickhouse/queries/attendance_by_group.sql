-- Marks a group, of the lessons on the days {from} to {to}; of each mark the click that counts.
SELECT
    ifNull(GROUP_SHORT_TITLE, '') AS group_title,
    countIf(ATTENDANCE_MARK = 1) AS present,
    countIf(ATTENDANCE_MARK = 0) AS absent,
    countIf(ATTENDANCE_MARK IN (2, 3)) AS excused,
    countIf(ATTENDANCE_MARK > 3) AS other,
    count() AS marks
FROM latest_attendance
WHERE LESSON_DATE BETWEEN {from:Date} AND {to:Date}
GROUP BY group_title
ORDER BY group_title
