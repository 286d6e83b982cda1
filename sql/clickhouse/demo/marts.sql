-- What the marts hold of a day.
SELECT
    (SELECT sum(dau) FROM marts.activity WHERE day = {day:Date}) AS dau,
    (SELECT toUInt64(sum(revenue) * 100) FROM marts.money WHERE day = {day:Date}) AS cents,
    (SELECT sum(tasks) FROM marts.learning WHERE day = {day:Date}) AS tasks
