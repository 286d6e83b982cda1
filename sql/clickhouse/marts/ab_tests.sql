-- A/B tests: what the users of each group did from their assignment on, and how that differs from the control group's,
-- with 95 % interval and two-sided p-value. The control group is the one named control (in any case of letters); in a
-- test without one, the first by name. Users in several groups of a test are left out (marts.ab_test_conflicts).
--   Success share (successes / tasks of all users of a group): a user's tasks depend on each other, so the variance is
--   that of a ratio of means over users, by the delta method; normal approximation. Deng, Knoblich, Lu: Applying the
--   Delta Method in Metric Analytics, KDD 2018.
--   Conversion (buyers / users): p-value of the z-test with pooled variance; interval of Wilson scores, method 10 in
--   Newcombe: Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998).
--   Revenue per user: Welch's t-test; Welch: The generalization of Student's problem, Biometrika 34 (1947).
-- NULL for the control group, and where a group is too small or too uniform for the test.
-- grain: a test and a group
-- keys: ab_test_id, ab_group
-- after: staging.checked
WITH
    1.959963984540054 AS z95,
    tests AS (
        SELECT
            ab_test_id,
            groupArray(ab_group) AS names,
            arraySort(name -> (lower(name) != 'control', name), names)[1] AS control_group,
            -- welchTTest takes no two samples that do not vary.
            groupArrayIf(ab_group, varies) AS varying,
            if(has(varying, control_group), names, varying) AS compared,
            sum(spent) / sum(users) AS mean
        FROM (
            SELECT
                ab_test_id,
                ab_groups[1] AS ab_group,
                count() AS users,
                sum(toFloat64(revenue)) AS spent,
                min(revenue) < max(revenue) AS varies
            FROM staging.ab_test_users
            WHERE length(ab_groups) = 1
            GROUP BY ab_test_id, ab_group
        )
        GROUP BY ab_test_id
    ),
    groups AS (
        SELECT
            ab_test_id,
            ab_groups[1] AS ab_group,
            count() AS users,
            sum(member.tasks) AS tasks,
            sum(member.successes) AS successes,
            countIf(member.purchases > 0) AS buyers,
            sum(member.revenue) AS revenue,
            if(tasks = 0, NULL, successes / tasks) AS success_share,
            buyers / users AS conversion,
            toFloat64(revenue) / users AS revenue_per_user,
            -- What a user's successes are off the group's share of the user's tasks, squared and summed up.
            sum(toFloat64(member.successes) * member.successes)
                - 2 * success_share * sum(toFloat64(member.successes) * member.tasks)
                + success_share * success_share * sum(toFloat64(member.tasks) * member.tasks) AS squares,
            if(users < 2, NULL, greatest(squares, 0) * users / (users - 1) / tasks / tasks) AS success_variance,
            conversion + z95 * z95 / (2 * users) AS wilson_middle,
            z95 * sqrt(conversion * (1 - conversion) / users + z95 * z95 / (4 * users * users)) AS wilson_half,
            (wilson_middle - wilson_half) / (1 + z95 * z95 / users) AS wilson_low,
            (wilson_middle + wilson_half) / (1 + z95 * z95 / users) AS wilson_high
        FROM staging.ab_test_users AS member
        WHERE length(ab_groups) = 1
        GROUP BY ab_test_id, ab_group
    ),
    welch AS (
        -- A user of the control group is compared with each of the other groups. Less the mean, the sums lose no digits.
        SELECT
            member.ab_test_id AS ab_test_id,
            arrayJoin(if(ab_groups[1] = control_group, compared, [ab_groups[1]])) AS ab_group,
            welchTTest(0.95)(toFloat64(member.revenue) - mean, toUInt8(ab_groups[1] = control_group)) AS test
        FROM staging.ab_test_users AS member
        INNER JOIN tests ON tests.ab_test_id = member.ab_test_id
        WHERE length(ab_groups) = 1 AND has(compared, ab_group) AND ab_group != control_group
        GROUP BY ab_test_id, ab_group
    )
SELECT * EXCEPT (success_share_error, pooled_conversion, pooled_error, tested)
FROM (
    SELECT
        treated.ab_test_id AS ab_test_id,
        treated.ab_group AS ab_group,
        tests.control_group AS control_group,
        treated.users AS users,
        treated.tasks AS tasks,
        treated.successes AS successes,
        treated.buyers AS buyers,
        treated.revenue AS revenue,

        treated.success_share AS success_share,
        if(ab_group = control_group, NULL, treated.success_share - control.success_share) AS success_share_difference,
        nullIf(sqrt(treated.success_variance + control.success_variance), 0) AS success_share_error,
        success_share_difference - z95 * success_share_error AS success_share_low,
        success_share_difference + z95 * success_share_error AS success_share_high,
        erfc(abs(success_share_difference / success_share_error) / sqrt(2)) AS success_share_p_value,

        treated.conversion AS conversion,
        if(ab_group = control_group, NULL, treated.conversion - control.conversion) AS conversion_difference,
        conversion_difference - sqrt(pow(treated.conversion - treated.wilson_low, 2)
            + pow(control.wilson_high - control.conversion, 2)) AS conversion_low,
        conversion_difference + sqrt(pow(treated.wilson_high - treated.conversion, 2)
            + pow(control.conversion - control.wilson_low, 2)) AS conversion_high,
        (treated.buyers + control.buyers) / (treated.users + control.users) AS pooled_conversion,
        nullIf(sqrt(pooled_conversion * (1 - pooled_conversion) * (1 / treated.users + 1 / control.users)), 0) AS pooled_error,
        erfc(abs(conversion_difference / pooled_error) / sqrt(2)) AS conversion_p_value,

        treated.revenue_per_user AS revenue_per_user,
        if(ab_group = control_group, NULL, treated.revenue_per_user - control.revenue_per_user) AS revenue_per_user_difference,
        welch.ab_test_id != '' AND isFinite(welch.test.2) AS tested,
        if(tested, welch.test.3, NULL) AS revenue_per_user_low,
        if(tested, welch.test.4, NULL) AS revenue_per_user_high,
        if(tested, welch.test.2, NULL) AS revenue_per_user_p_value
    FROM groups AS treated
    INNER JOIN tests ON tests.ab_test_id = treated.ab_test_id
    INNER JOIN groups AS control ON control.ab_test_id = tests.ab_test_id AND control.ab_group = tests.control_group
    LEFT JOIN welch ON welch.ab_test_id = treated.ab_test_id AND welch.ab_group = treated.ab_group
)
