-- The subscriptions that fill a table, and whether one applies several transactions at a time.
SELECT quote_ident(s.subname) AS name, s.substream = 'p' AS parallel
FROM pg_subscription_rel AS r
JOIN pg_subscription AS s ON s.oid = r.srsubid
WHERE r.srrelid = '{table}'::regclass
