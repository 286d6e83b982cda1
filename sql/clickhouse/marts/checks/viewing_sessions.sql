-- What must hold of the events that marts.viewing_sessions is built from; each column counts what breaks its rule. An event
-- that no session can be made of keeps no other out, until there are too many of them: more than 10, and more than
-- caravan.cinema.left-out-percent, of those that arrived in the last 24 hours.
WITH
    (SELECT count() FROM viewing_events WHERE arrived_at >= now64(3) - INTERVAL 1 DAY) AS arrived,
    (SELECT count() FROM staging.viewing_events_left_out WHERE arrived_at >= now64(3) - INTERVAL 1 DAY) AS left_out
SELECT
    count() - uniqExact(event_id) AS event_ids_twice,
    if(left_out > 10 AND left_out * 100 > arrived * {limit}, left_out, 0) AS events_left_out_above_limit
FROM viewing_events
WHERE event_id IN (SELECT event_id FROM staging.viewing_arrivals)
