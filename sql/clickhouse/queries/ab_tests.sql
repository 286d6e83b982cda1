-- A/B tests by group: what its users did, and how that differs from the control group's, with 95 % interval and p-value; the days
-- of the first and last assignment; and the p-value of equal shares of users (a chi-square test of the sample ratio).
SELECT
    * EXCEPT (half, freedom),
    -- The chi-square distribution beyond 2 * half, in closed form for whole degrees of freedom.
    if(freedom = 0, NULL, if(freedom % 2 = 1, erfc(sqrt(half)), 0) + arraySum(arrayMap(
        step -> exp((step + freedom % 2 / 2) * log(greatest(half, 1e-300)) - lgamma(step + freedom % 2 / 2 + 1) - half),
        range(toUInt64(intDiv(freedom, 2)))))) AS sample_ratio_p_value
FROM (
    SELECT
        *,
        toUInt64(count() OVER (PARTITION BY ab_test_id)) - 1 AS freedom,
        varPopStable(toFloat64(users)) OVER (PARTITION BY ab_test_id) * (freedom + 1)
            / avg(users) OVER (PARTITION BY ab_test_id) / 2 AS half
    FROM marts.ab_tests
) AS tests
LEFT JOIN (
    SELECT ab_test_id, toDate(min(assigned_at)) AS first_assigned, toDate(max(assigned_at)) AS last_assigned
    FROM staging.ab_test_users
    GROUP BY ab_test_id
) AS assigned USING (ab_test_id)
ORDER BY ab_test_id, ab_group != control_group, ab_group
