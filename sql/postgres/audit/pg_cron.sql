-- At 03:00 UTC (pg_cron's cron.timezone is GMT unless changed) the export of the day before, by the database itself.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
        RAISE NOTICE 'pg_cron is not installed in this database: the export is left to Caravan''s job audit';
        RETURN;
    END IF;
    PERFORM cron.schedule(
        'users_audit_export',
        '0 3 * * *',
        'SELECT public.users_audit_export((now() AT TIME ZONE ''UTC'')::date - 1)');
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'pg_cron may not be used by %: the export is left to Caravan''s job audit', current_user;
END
$$;
