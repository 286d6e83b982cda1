-- How each pipeline did in the last eight days, all runtimes together, the newest first: rows a second, what waited at
-- most, and the slowest row's seconds from commit to ClickHouse. Of known_seconds, within_goal_seconds are those in which
-- no row waited longer than goal_seconds (fresh-within). A step is 5 minutes; 10 for more than two days, 30 for more than four.
WITH
    greatest({from:Date}, toDate(now('UTC')) - 8) AS first_day,
    least({to:Date}, toDate(now('UTC'))) AS last_day,
    toUInt32(multiIf(last_day < first_day + 2, 300, last_day < first_day + 4, 600, 1800)) AS step,
    -- A runtime has a row every ten seconds.
    10 AS slot_seconds,
    intDiv(toUnixTimestamp(toDateTime(first_day, 'UTC')), slot_seconds) AS first_slot,
    intDiv(toUnixTimestamp(toDateTime(last_day + 1, 'UTC')), slot_seconds) AS end_slot,
    told AS (
        SELECT
            intDiv(toUnixTimestamp(time), slot_seconds) AS slot,
            runtime,
            pipeline,
            moved,
            waiting,
            timed,
            slowest,
            shared,
            goal,
            -- A runtime of before tells only whether rows were late.
            if(goal = 0 AND fresh < timed, slot_seconds, late) AS late
        FROM pipeline_history
        WHERE time >= toDateTime(first_day, 'UTC')
    ),
    -- Ten seconds in which a row waited longer than the goal, each once, though several rows may tell of them, and later.
    late_slots AS (
        SELECT pipeline, arrayJoin(range(greatest(begin, joined), least(end, end_slot))) AS slot
        FROM (
            SELECT
                pipeline,
                begin,
                end,
                max(end) OVER (PARTITION BY pipeline ORDER BY begin, end ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS joined
            FROM (
                SELECT
                    pipeline,
                    told.slot + 1 AS end,
                    toUInt32(greatest(toInt64(end) - toInt64(ceil(late / slot_seconds)), first_slot, known.slot)) AS begin
                FROM told
                INNER JOIN (
                    SELECT pipeline, intDiv(toUnixTimestamp(min(time)), slot_seconds) AS slot
                    FROM pipeline_history
                    GROUP BY pipeline
                ) AS known USING (pipeline)
                WHERE late > 0
            )
        )
    )
SELECT
    toDateTime(begin, 'UTC') AS time,
    pipeline,
    any(rate) AS rows_per_second,
    any(most) AS most_waiting,
    any(slowest) AS slowest_seconds,
    any(goal) AS goal_seconds,
    any(known) AS known_seconds,
    any(within) AS within_goal_seconds
FROM (
    SELECT
        begin,
        pipeline,
        -- The last step may not be over yet.
        round(sum(moved) / if(begin + step <= toUnixTimestamp(now('UTC')), step, max(end) - begin), 1) AS rate,
        if(any(shared), max(waiting), sum(waiting)) AS most,
        if(sum(timed) > 0, round(max(slowest), 2), NULL) AS slowest,
        nullIf(max(goal), 0) AS goal,
        NULL AS known,
        NULL AS within
    FROM (
        SELECT
            intDiv(slot * slot_seconds, step) * step AS begin,
            runtime,
            pipeline,
            (max(slot) + 1) * slot_seconds AS end,
            any(shared) AS shared,
            sum(moved) AS moved,
            max(waiting) AS waiting,
            sum(told.timed) AS timed,
            maxIf(slowest, told.timed > 0) AS slowest,
            max(goal) AS goal
        FROM told
        WHERE slot < end_slot
        GROUP BY begin, runtime, pipeline
    )
    GROUP BY begin, pipeline
    UNION ALL
    SELECT
        intDiv(slot * slot_seconds, step) * step AS begin,
        pipeline,
        NULL AS rate,
        NULL AS most,
        NULL AS slowest,
        NULL AS goal,
        slot_seconds * count() AS known,
        slot_seconds * countIf(not late) AS within
    FROM (
        SELECT pipeline, slot, max(is_late) AS late
        FROM (
            SELECT pipeline, slot, 0 AS is_late
            FROM told
            WHERE slot < end_slot AND (goal > 0 OR timed > 0)
            UNION ALL
            SELECT pipeline, slot, 1 AS is_late
            FROM late_slots
        )
        GROUP BY pipeline, slot
    )
    GROUP BY begin, pipeline
)
GROUP BY begin, pipeline
-- The newest are kept where there are too many.
ORDER BY time DESC, pipeline
LIMIT 50000
