-- A day's audit rows as RFC 4180 with a header; the same rows and form as users_audit_export.
COPY (SELECT * FROM public.users_audit_of('{day}')) TO STDOUT WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')
