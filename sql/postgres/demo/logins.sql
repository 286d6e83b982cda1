-- The ids of the demo's ten logins.
SELECT min(id) AS id
FROM user_login
WHERE (username, event_type, event_time) IN ({logins})
GROUP BY username, event_type, event_time
ORDER BY event_time
