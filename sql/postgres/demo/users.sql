-- Some users and what became of them; the audit trail notes each change once.

INSERT INTO public.users (id, name, email, role) VALUES
    (1, 'Anna Petrova', 'anna@example.org', 'reader'),
    (2, 'Bob "the builder" Smith', NULL, 'reader'),
    (3, 'Chen, Wei', 'chen@example.org', NULL)
ON CONFLICT (id) DO NOTHING;

UPDATE public.users SET email = 'bob@example.org' WHERE id = 2;

UPDATE public.users SET role = 'admin', name = 'Анна Петрова' WHERE id = 1;

UPDATE public.users SET role = 'reader' WHERE id = 3;
