-- What must hold of staging; each column counts what breaks its rule. What raw holds is found without a look at the model:
-- all lines, but of those with the same id only the first, and none that is ahead of the last loaded day. Counts and sums
-- of hashes are both the same only if each event is there, and there once.
WITH
    (SELECT last_day FROM staging.loaded) AS last_day,
    (
        SELECT (
            toInt64(count()),
            sum(sipHash64(event_id)),
            toInt64(countIf(event_type = 'purchase')),
            sumIf(purchase_amount, event_type = 'purchase'),
            countIf(event_id = '' OR user_id = '' OR event_type = ''),
            countIf(event_type = 'task_completed' AND task_result NOT IN ('success', 'fail')),
            countIf(event_date > last_day))
        FROM staging.events
    ) AS staged,
    (
        SELECT (
            toInt64(count()),
            sum(sipHash64(event_id)),
            toInt64(countIf(event_type = 'purchase')),
            sumIf(purchase_amount, event_type = 'purchase'))
        FROM raw.lines
        WHERE reason = '' AND event_date <= last_day
    ) AS lines,
    -- By how much the lines of ids that came several times are more than their first lines.
    (
        SELECT (
            toInt64(sum(times)) - toInt64(countIf(first.date <= last_day)),
            sum(times * sipHash64(event_id)) - sumIf(sipHash64(event_id), first.date <= last_day),
            toInt64(sum(purchases)) - toInt64(countIf(first.type = 'purchase' AND first.date <= last_day)),
            sum(spent) - sumIf(first.amount, first.type = 'purchase' AND first.date <= last_day))
        FROM (
            SELECT
                event_id,
                argMin(
                    tuple(event_type, purchase_amount, event_date)::Tuple(
                        type String, amount Decimal(18, 4), date Date),
                    (day, line_number)) AS first,
                countIf(event_date <= last_day) AS times,
                countIf(event_type = 'purchase' AND event_date <= last_day) AS purchases,
                sumIf(purchase_amount, event_type = 'purchase' AND event_date <= last_day) AS spent
            FROM raw.lines
            WHERE reason = '' AND cityHash64(event_id) IN (
                -- A hash that two ids share only brings in ids that came once.
                SELECT cityHash64(event_id) AS hash
                FROM raw.lines
                WHERE reason = ''
                GROUP BY hash
                HAVING count() > 1
            )
            GROUP BY event_id
        )
    ) AS repeated
SELECT
    greatest(staged.1 - (lines.1 - repeated.1), 0) AS events_twice,
    greatest(lines.1 - repeated.1 - staged.1, 0) AS events_missing,
    toUInt8(staged.2 != toUInt64(lines.2 - repeated.2)) AS events_not_those_of_raw,
    toUInt64(abs(staged.3 - (lines.3 - repeated.3))) AS purchases_not_as_in_raw,
    toUInt64(ceil(abs(toFloat64(staged.4 - (lines.4 - repeated.4))) * 100)) AS cents_not_as_in_raw,
    staged.5 AS events_keys_empty,
    staged.6 AS task_results_not_accepted,
    staged.7 AS events_ahead,
    abs(toInt64(sum(events)) - staged.1) AS events_not_in_user_days
FROM staging.user_days
