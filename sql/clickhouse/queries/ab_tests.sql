-- A/B tests by group: what its users did, and how that differs from the control group's, with 95 % interval and p-value.
SELECT *
FROM marts.ab_tests
ORDER BY ab_test_id, ab_group != control_group, ab_group
