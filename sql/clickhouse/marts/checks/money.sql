-- What must hold of marts.money; each column counts what breaks its rule.
WITH
    -- Each purchase of raw once, without a look at staging; ids as hashes of 128 bits, which group in half the time.
    (
        SELECT (count(), sum(first.amount))
        FROM (
            SELECT
                argMin(
                    tuple(event_type, purchase_amount, event_date)::Tuple(
                        type String, amount Decimal(18, 4), event_date Date),
                    (day, line_number)) AS first
            FROM raw.lines
            WHERE reason = '' AND cityHash64(event_id) IN (SELECT cityHash64(event_id) FROM raw.purchases)
            GROUP BY reinterpretAsUInt128(sipHash128(event_id))
        )
        WHERE first.type = 'purchase' AND first.event_date <= (SELECT last_day FROM staging.checked)
    ) AS raw
SELECT
    count() - uniqExact(day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(day), max(day))) + 1 - count()) AS days_missing,
    countIf(conversion NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(buyers > active_users OR buyers > purchases) AS more_buyers_than_there_are,
    toUInt64(abs(toInt64(sum(purchases)) - toInt64(raw.1))) AS purchases_not_as_in_raw,
    toUInt64(ceil(abs(toFloat64(sum(revenue) - raw.2)) * 100)) AS cents_not_as_in_raw
FROM {built}
