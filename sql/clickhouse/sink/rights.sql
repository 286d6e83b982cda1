-- What a start does with a sink's table, and what its batches do, as rights.

CHECK GRANT SELECT, INSERT, ALTER ADD COLUMN, ALTER MODIFY COLUMN, ALTER SETTINGS ON {table};

CHECK GRANT SELECT, INSERT, CREATE TABLE, ALTER ADD COLUMN ON {table}_keys;

CHECK GRANT CREATE VIEW, ALTER VIEW MODIFY QUERY ON {table}_keys_view;
