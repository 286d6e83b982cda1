-- How many marks there are of the lessons of this day in Moscow, and of how many students.
SELECT
    toDate(now('Europe/Moscow')) AS day,
    count() AS marks,
    uniqExact(STUDENT_ID) AS students
FROM latest_attendance
WHERE LESSON_DATE = toDate(now('Europe/Moscow'))
