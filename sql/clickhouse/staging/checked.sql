-- What of raw the marts are built from: a copy of staging.loaded that waits until the models of staging have passed
-- their checks. A mart comes after it, so none is built on staging that failed.
-- grain: one row
-- keys: loaded_at
-- after: staging.user_days, staging.ab_test_users
SELECT loaded_at, last_day
FROM staging.loaded
