-- Each statement sees what was committed before it, whatever the database's default is. What a session of Caravan's gives up
-- after 25 s: a transaction of a process that is frozen, and an answer that it does not take; a server has each of these
-- settings or not.
SELECT set_config(wanted.name, wanted.value, false)
FROM (
    VALUES
        ('TimeZone', 'UTC'),
        ('default_transaction_isolation', 'read committed'),
        ('idle_in_transaction_session_timeout', '25s'),
        ('tcp_user_timeout', '25s'),
        ('tcp_keepalives_idle', '10'),
        ('tcp_keepalives_interval', '5'),
        ('tcp_keepalives_count', '3')
) AS wanted (name, value)
JOIN pg_settings AS there ON there.name = wanted.name
