-- +goose Up

-- How large the database was, in bytes, by day (UTC, since 1970): the last that was seen of each.
CREATE TABLE sizes (
  day   INTEGER NOT NULL PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
