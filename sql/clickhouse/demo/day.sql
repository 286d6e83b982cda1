-- What the raw tables hold of a day.
SELECT
    (SELECT count() FROM raw.events WHERE day = {day:Date}) AS events,
    (SELECT count() FROM raw.purchases WHERE day = {day:Date}) AS purchases,
    (SELECT toUInt64(sum(purchase_amount) * 100) FROM raw.purchases WHERE day = {day:Date}) AS cents,
    (SELECT count() FROM raw.task_results WHERE day = {day:Date}) AS tasks,
    (SELECT count() FROM raw.ab_test_assignments WHERE day = {day:Date}) AS assignments,
    (SELECT count() FROM raw.rejected_lines WHERE day = {day:Date}) AS rejected
