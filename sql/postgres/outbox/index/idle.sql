-- When this session ends if it asks for nothing, as that of a frozen process: NULL for what is usual. Servers before Postgres 14
-- cannot.
SELECT set_config(name, coalesce(CAST(? AS text), reset_val), false)
FROM pg_settings
WHERE name = 'idle_session_timeout'
