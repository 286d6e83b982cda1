-- Locks a pipeline's position, unless another runtime holds it; whether it is one in the table and numbers of today.
SELECT
    p.arrival,
    p.relation = '{table}'::regclass::oid AND p.arrival <= (SELECT last_value FROM {sequence}) AS valid
FROM caravan_arrivals.position AS p
WHERE p.pipeline = ?
FOR UPDATE OF p SKIP LOCKED
