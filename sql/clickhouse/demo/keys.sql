-- How often the rows with these keys stand in {table}, all in all and each by itself.
SELECT count() AS standing, uniqExact(kafka_key) AS different
FROM {table}_keys
WHERE kafka_key IN (SELECT key FROM format(TSV, 'key String', {keys:String}))
