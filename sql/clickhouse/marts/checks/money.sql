-- What must hold of marts.money; each column counts what breaks its rule.
WITH
    -- Each purchase of raw once, without a look at staging.
    (
        SELECT (count(), sum(amount))
        FROM (
            SELECT
                argMin(event_type, (day, line_number)) AS type,
                argMin(purchase_amount, (day, line_number)) AS amount,
                argMin(toDate(event_timestamp), (day, line_number)) AS event_date
            FROM raw.lines
            WHERE reason = '' AND cityHash64(event_id) IN (SELECT cityHash64(event_id) FROM raw.purchases)
            GROUP BY event_id
        )
        WHERE type = 'purchase' AND event_date <= (SELECT last_day FROM staging.checked)
    ) AS raw
SELECT
    count() - uniqExact(day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(day), max(day))) + 1 - count()) AS days_missing,
    countIf(conversion NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(buyers > active_users OR buyers > purchases) AS more_buyers_than_there_are,
    toUInt64(abs(toInt64(sum(purchases)) - toInt64(raw.1))) AS purchases_not_as_in_raw,
    toUInt64(ceil(abs(toFloat64(sum(revenue) - raw.2)) * 100)) AS cents_not_as_in_raw
FROM {built}
