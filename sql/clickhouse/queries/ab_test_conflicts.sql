-- Users who were put into several groups of a test, and are left out of it.
SELECT ab_test_id, user_id, arrayStringConcat(ab_groups, ', ') AS ab_groups, first_assigned_at
FROM marts.ab_test_conflicts
ORDER BY ab_test_id, user_id
LIMIT {most:UInt64}
SETTINGS exact_rows_before_limit = 1
