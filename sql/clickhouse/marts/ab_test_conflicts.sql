-- Users who were put into more than one group of a test: marts.ab_tests leaves them out.
-- grain: a test and a user in several of its groups
-- keys: ab_test_id, user_id
-- after: staging.checked
SELECT ab_test_id, user_id, ab_groups, assigned_at AS first_assigned_at
FROM staging.ab_test_users
WHERE length(ab_groups) > 1
