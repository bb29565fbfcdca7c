-- +goose Up

-- The processes that share a database on a server, while they run.
CREATE TABLE processes (
  id         TEXT    NOT NULL PRIMARY KEY, -- random, of one start
  name       TEXT    NOT NULL, -- for people
  version    TEXT    NOT NULL, -- of the program
  roles      TEXT    NOT NULL, -- what it may do: poll,match,speak
  sources    TEXT    NOT NULL, -- names the list of sources that it was configured with
  knows      INTEGER NOT NULL, -- the version of the tables that it knows
  started_at INTEGER NOT NULL, -- on the server's clock
  seen_at    INTEGER NOT NULL  -- when it last said that it runs, on the server's clock
) STRICT;

-- A matcher that stands by hears of what went within a day.
ALTER TABLE tombstones ADD COLUMN at INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
