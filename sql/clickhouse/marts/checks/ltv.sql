-- What must hold of marts.ltv; each column counts what breaks its rule.
SELECT
    count() - uniqExact(cohort_day) AS keys_twice,
    if(count() = 0, 0, toUInt64(dateDiff('day', min(cohort_day), max(cohort_day))) + 1 - count()) AS days_missing,
    countIf(buyers > users) AS more_buyers_than_users,
    countIf((ltv_7_days IS NULL AND ltv_14_days IS NOT NULL) OR (ltv_14_days IS NULL AND ltv_28_days IS NOT NULL))
        AS later_age_reached_first,
    toUInt64(abs(toInt64(sum(users)) - (SELECT toInt64(uniqExact(user_id)) FROM staging.user_days))) AS users_not_in_staging,
    toUInt64(ceil(abs(toFloat64(sum(revenue)
        - (SELECT sumIf(purchase_amount, event_type = 'purchase') FROM staging.events))) * 100)) AS cents_not_in_events
FROM {built}
