-- A table with the columns, defaults and constraints of {table} that keeps nothing: refused rows are tried on it.
CREATE OR REPLACE TABLE {table}_rehearsal AS {table} ENGINE = Null
