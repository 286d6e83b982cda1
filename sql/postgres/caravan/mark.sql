-- Rows that are locked in this transaction are sent now.
UPDATE {table} SET {flag} = TRUE WHERE ctid = ANY (?::tid[])
