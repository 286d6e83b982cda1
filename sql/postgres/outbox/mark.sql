-- Rows that are locked in this transaction are sent now.
UPDATE {table} SET {apart} = TRUE WHERE ctid = ANY (CAST(:?places AS tid[]))
