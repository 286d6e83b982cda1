-- What must hold of marts.activity; each column counts what breaks its rule.
SELECT
    count() - uniqExact(day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(day), max(day))) + 1 - count()) AS days_missing,
    countIf(dau > wau OR wau > mau) AS windows_not_nested,
    countIf(dau_per_wau NOT BETWEEN 0 AND 1 OR dau_per_mau NOT BETWEEN 0 AND 1 OR wau_per_mau NOT BETWEEN 0 AND 1)
        AS shares_outside_0_to_1,
    -- Every event's user and day is counted in a DAU once.
    toUInt64(abs(sum(toInt64(dau))
        - (SELECT toInt64(count()) FROM staging.user_days))) AS user_days_not_in_staging
FROM {built}
