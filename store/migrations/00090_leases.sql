-- +goose Up

-- Which process works on the database, on a server that many may reach. A file is locked
-- by other means: see package engine.
CREATE TABLE leases (
  name  TEXT    NOT NULL PRIMARY KEY,
  owner TEXT    NOT NULL, -- host and process, for people
  token INTEGER NOT NULL, -- grows each time that it is taken
  until INTEGER NOT NULL, -- when it ends, on the server's clock
  UNIQUE (name, token)
) STRICT;

-- +goose Down
SELECT 1;
