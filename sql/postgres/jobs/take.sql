-- Takes a name for this transaction, unless another one has it. A lock that is no row's: a transaction that locks a row
-- keeps VACUUM from all that dies while it is open, hours for a long job. The server ends the transaction if nothing is
-- heard of it, and not because it is long.
SELECT
    pg_try_advisory_xact_lock(hashtext('caravan.job'), hashtext(?)) AS taken,
    set_config('idle_in_transaction_session_timeout', ?, true),
    (SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout')
