-- A model as a table that ClickHouse computes anew and swaps in atomically.
CREATE MATERIALIZED VIEW {view}
REFRESH {schedule} {after}
ENGINE = MergeTree
ORDER BY ({keys})
EMPTY
COMMENT '{definition}'
AS
{select}
