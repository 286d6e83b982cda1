-- Every click of the electronic journal with the people's fields, a row an ID of the topic attendance_enriched; kept for
-- ever. A time without a zone is one in Moscow. Caravan adds the columns that say where a row came from; those that are named
-- here are used here.

CREATE TABLE IF NOT EXISTS attendance_enriched (
    ID UUID,
    JOURNAL_ID String,
    STUDENT_ID String,
    LESSON_ID String,
    LESSON_DATE Date,
    ATTENDANCE_MARK UInt8,
    MARKED_BY Nullable(String),
    MARKED_BY_ROLE Nullable(UInt8),
    DATE_CREATE DateTime64(3, 'Europe/Moscow'),
    TYPE_MARK LowCardinality(Nullable(String)),
    NUMBER_CERT Nullable(String),
    STUDENT_FIO Nullable(String),
    STUDENT_LAST_NAME Nullable(String),
    STUDENT_FIRST_NAME Nullable(String),
    STUDENT_MIDDLE_NAME Nullable(String),
    STUDENT_AGE Nullable(UInt8),
    STUDENT_SEX LowCardinality(Nullable(String)),
    ADMISSION_YEAR LowCardinality(Nullable(String)),
    QUALIFICATION LowCardinality(Nullable(String)),
    COURSE LowCardinality(Nullable(String)),
    GROUP_SHORT_TITLE LowCardinality(Nullable(String)),
    SPECIALIZATION_TITLE LowCardinality(Nullable(String)),
    TEACHER_FIO Nullable(String),
    TEACHER_LAST_NAME Nullable(String),
    TEACHER_FIRST_NAME Nullable(String),
    TEACHER_MIDDLE_NAME Nullable(String),
    TEACHER_WORK_POSITION LowCardinality(Nullable(String)),
    FACULTY LowCardinality(Nullable(String)),
    KAFEDRA LowCardinality(Nullable(String)),
    TEACHER_AGE Nullable(UInt8),
    TEACHER_SEX LowCardinality(Nullable(String)),
    kafka_partition UInt32,
    kafka_offset UInt64
) ENGINE = MergeTree
PARTITION BY toYYYYMM(LESSON_DATE)
ORDER BY (LESSON_DATE, STUDENT_ID, LESSON_ID)
SETTINGS non_replicated_deduplication_window = 10000;

-- The last click of each mark, half merged. Not in partitions, so that an insert fills it as a whole or not at all.
CREATE TABLE IF NOT EXISTS latest_attendance_clicks (
    LESSON_DATE Date,
    STUDENT_ID String,
    LESSON_ID String,
    JOURNAL_ID String,
    click AggregateFunction(
        argMax,
        Tuple(
            ID UUID,
            ATTENDANCE_MARK UInt8,
            MARKED_BY Nullable(String),
            MARKED_BY_ROLE Nullable(UInt8),
            DATE_CREATE DateTime64(3, 'Europe/Moscow'),
            TYPE_MARK Nullable(String),
            NUMBER_CERT Nullable(String),
            STUDENT_FIO Nullable(String),
            STUDENT_LAST_NAME Nullable(String),
            STUDENT_FIRST_NAME Nullable(String),
            STUDENT_MIDDLE_NAME Nullable(String),
            STUDENT_AGE Nullable(UInt8),
            STUDENT_SEX Nullable(String),
            ADMISSION_YEAR Nullable(String),
            QUALIFICATION Nullable(String),
            COURSE Nullable(String),
            GROUP_SHORT_TITLE Nullable(String),
            SPECIALIZATION_TITLE Nullable(String),
            TEACHER_FIO Nullable(String),
            TEACHER_LAST_NAME Nullable(String),
            TEACHER_FIRST_NAME Nullable(String),
            TEACHER_MIDDLE_NAME Nullable(String),
            TEACHER_WORK_POSITION Nullable(String),
            FACULTY Nullable(String),
            KAFEDRA Nullable(String),
            TEACHER_AGE Nullable(UInt8),
            TEACHER_SEX Nullable(String)
        ),
        Tuple(DateTime64(3, 'Europe/Moscow'), String)
    ),
    -- The last offset of each Kafka partition that is counted here: a batch that a crash kept out is recognised by it.
    kafka_offsets SimpleAggregateFunction(maxMap, Map(UInt32, UInt64))
) ENGINE = AggregatingMergeTree
ORDER BY (LESSON_DATE, STUDENT_ID, LESSON_ID, JOURNAL_ID)
SETTINGS non_replicated_deduplication_window = 10000;

-- The greatest DATE_CREATE wins; among equal ones, the greatest ID, compared as text in small letters.
CREATE MATERIALIZED VIEW IF NOT EXISTS latest_attendance_view TO latest_attendance_clicks AS
SELECT
    LESSON_DATE,
    STUDENT_ID,
    LESSON_ID,
    JOURNAL_ID,
    argMaxState(
        tuple(
            ID,
            ATTENDANCE_MARK,
            MARKED_BY,
            MARKED_BY_ROLE,
            DATE_CREATE,
            TYPE_MARK,
            NUMBER_CERT,
            STUDENT_FIO,
            STUDENT_LAST_NAME,
            STUDENT_FIRST_NAME,
            STUDENT_MIDDLE_NAME,
            STUDENT_AGE,
            STUDENT_SEX,
            ADMISSION_YEAR,
            QUALIFICATION,
            COURSE,
            GROUP_SHORT_TITLE,
            SPECIALIZATION_TITLE,
            TEACHER_FIO,
            TEACHER_LAST_NAME,
            TEACHER_FIRST_NAME,
            TEACHER_MIDDLE_NAME,
            TEACHER_WORK_POSITION,
            FACULTY,
            KAFEDRA,
            TEACHER_AGE,
            TEACHER_SEX
        ),
        tuple(DATE_CREATE, toString(ID))
    ) AS click,
    maxMap(map(kafka_partition, kafka_offset)) AS kafka_offsets
FROM attendance_enriched
GROUP BY LESSON_DATE, STUDENT_ID, LESSON_ID, JOURNAL_ID;

-- A row a mark: the click that counts, however far the parts are merged.
CREATE VIEW IF NOT EXISTS latest_attendance AS
SELECT
    JOURNAL_ID,
    STUDENT_ID,
    LESSON_ID,
    LESSON_DATE,
    last.1 AS ID,
    last.2 AS ATTENDANCE_MARK,
    last.3 AS MARKED_BY,
    last.4 AS MARKED_BY_ROLE,
    last.5 AS DATE_CREATE,
    last.6 AS TYPE_MARK,
    last.7 AS NUMBER_CERT,
    last.8 AS STUDENT_FIO,
    last.9 AS STUDENT_LAST_NAME,
    last.10 AS STUDENT_FIRST_NAME,
    last.11 AS STUDENT_MIDDLE_NAME,
    last.12 AS STUDENT_AGE,
    last.13 AS STUDENT_SEX,
    last.14 AS ADMISSION_YEAR,
    last.15 AS QUALIFICATION,
    last.16 AS COURSE,
    last.17 AS GROUP_SHORT_TITLE,
    last.18 AS SPECIALIZATION_TITLE,
    last.19 AS TEACHER_FIO,
    last.20 AS TEACHER_LAST_NAME,
    last.21 AS TEACHER_FIRST_NAME,
    last.22 AS TEACHER_MIDDLE_NAME,
    last.23 AS TEACHER_WORK_POSITION,
    last.24 AS FACULTY,
    last.25 AS KAFEDRA,
    last.26 AS TEACHER_AGE,
    last.27 AS TEACHER_SEX
FROM (
    SELECT JOURNAL_ID, STUDENT_ID, LESSON_ID, LESSON_DATE, argMaxMerge(click) AS last
    FROM latest_attendance_clicks
    GROUP BY JOURNAL_ID, STUDENT_ID, LESSON_ID, LESSON_DATE
);
