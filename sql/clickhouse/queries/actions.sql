-- What people did on the board: who, when, what, and what came of it.
SELECT time, user, action, what, result, said
FROM board_actions
WHERE toDate(time) BETWEEN {from:Date} AND {to:Date}
ORDER BY board_actions.time DESC
LIMIT {most:UInt64}
SETTINGS exact_rows_before_limit = 1
