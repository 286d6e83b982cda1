-- Of the batches of a topic's partition, the one that ends last in {table}, and the one in {table}_keys; '' for none.
SELECT
    argMax(
        kafka_batch,
        (
            toUInt64OrZero(extract(kafka_batch, '-(\\d+)$')),
            toUInt64OrZero(extract(kafka_batch, '/(\\d+)-\\d+$'))
        )
    ) AS batch
FROM {table}
WHERE startsWith(kafka_batch, {topic:String}) AND extract(kafka_batch, '/([^/]*)/[^/]*$') = {partition:String}
UNION ALL
SELECT
    argMax(
        kafka_batch,
        (
            toUInt64OrZero(extract(kafka_batch, '-(\\d+)$')),
            toUInt64OrZero(extract(kafka_batch, '/(\\d+)-\\d+$'))
        )
    ) AS batch
FROM {table}_keys
WHERE startsWith(kafka_batch, {topic:String}) AND extract(kafka_batch, '/([^/]*)/[^/]*$') = {partition:String}
