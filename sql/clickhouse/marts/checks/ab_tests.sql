-- What must hold of marts.ab_tests; each column counts what breaks its rule.
SELECT
    count() - uniqExact(ab_test_id, ab_group) AS keys_twice,
    countIf(ab_test_id = '' OR ab_group = '') AS keys_empty,
    uniqExact(ab_test_id) - uniqExactIf(ab_test_id, ab_group = control_group) AS tests_without_control,
    countIf(success_share NOT BETWEEN 0 AND 1 OR conversion NOT BETWEEN 0 AND 1) AS shares_outside_0_to_1,
    countIf(success_share_p_value NOT BETWEEN 0 AND 1 OR conversion_p_value NOT BETWEEN 0 AND 1
        OR revenue_per_user_p_value NOT BETWEEN 0 AND 1) AS p_values_outside_0_to_1,
    countIf(success_share_difference NOT BETWEEN success_share_low AND success_share_high
        OR conversion_difference NOT BETWEEN conversion_low AND conversion_high
        OR revenue_per_user_difference NOT BETWEEN revenue_per_user_low AND revenue_per_user_high)
        AS differences_outside_interval,
    -- A user is in a group of a test, or among the conflicts.
    toUInt64(abs(toInt64(sum(users))
        - (SELECT toInt64(countIf(length(ab_groups) = 1)) FROM staging.ab_test_users))) AS users_not_assigned_once
FROM {built}
