-- What is done with the tables that the board keeps, as rights.

CHECK GRANT INSERT, CREATE TABLE, ALTER ADD COLUMN ON pipeline_history;

CHECK GRANT INSERT, CREATE TABLE ON board_actions;
