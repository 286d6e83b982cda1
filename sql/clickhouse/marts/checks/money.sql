-- What must hold of marts.money; each column counts what breaks its rule. That staging has each purchase of raw once is
-- checked in staging.checked.
WITH
    (SELECT (toInt64(count()), sum(purchase_amount)) FROM staging.events WHERE event_type = 'purchase') AS staged
SELECT
    count() - uniqExact(day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(day), max(day))) + 1 - count()) AS days_missing,
    countIf(conversion NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(buyers > active_users OR buyers > purchases) AS more_buyers_than_there_are,
    toUInt64(abs(toInt64(sum(purchases)) - staged.1)) AS purchases_not_in_events,
    toUInt64(ceil(abs(toFloat64(sum(revenue) - staged.2)) * 100)) AS cents_not_in_events
FROM {built}
