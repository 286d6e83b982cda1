-- How many marks there are of the lessons of this day in Moscow, and of how many students: in all (group_title is NULL), and a
-- row a group ('' for students without one).
WITH marked AS (
    SELECT STUDENT_ID, ifNull(GROUP_SHORT_TITLE, '') AS title
    FROM latest_attendance
    WHERE LESSON_DATE = toDate(now('Europe/Moscow'))
)
SELECT toDate(now('Europe/Moscow')) AS day, group_title, marks, students
FROM (
    SELECT CAST(NULL, 'Nullable(String)') AS group_title, count() AS marks, uniqExact(STUDENT_ID) AS students
    FROM marked
    UNION ALL
    SELECT CAST(title, 'Nullable(String)') AS group_title, count() AS marks, uniqExact(STUDENT_ID) AS students
    FROM marked
    GROUP BY title
)
ORDER BY group_title NULLS FIRST
