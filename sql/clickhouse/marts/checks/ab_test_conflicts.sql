-- What must hold of marts.ab_test_conflicts; each column counts what breaks its rule.
SELECT
    count() - uniqExact(ab_test_id, user_id) AS keys_twice,
    countIf(ab_test_id = '' OR user_id = '') AS keys_empty,
    countIf(length(ab_groups) < 2) AS users_in_one_group
FROM {built}
