-- For a new data directory: lets the account that Caravan uses schedule jobs. An older one gets the same by
-- docker compose exec -T postgres psql -U caravan -d caravan < docker/postgres/pg_cron.sql
CREATE EXTENSION IF NOT EXISTS pg_cron;

-- For an account that is no superuser, as POSTGRES_USER is: what scheduling and a file on the server take.
GRANT USAGE ON SCHEMA cron TO caravan;
GRANT pg_write_server_files TO caravan;
