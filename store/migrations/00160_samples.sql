-- +goose Up

-- What was measured of the program, by hour (UTC, since 1970), for the charts of the operator's page.
CREATE TABLE samples (
  what  TEXT    NOT NULL,
  hour  INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (what, hour)
) STRICT;

-- +goose Down
SELECT 1;
