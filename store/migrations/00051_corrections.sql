-- +goose Up

-- Articles whose headline was changed after an alert told it.
CREATE TABLE corrections (
  article INTEGER NOT NULL PRIMARY KEY,
  before  TEXT    NOT NULL, -- the headline that was told
  at      INTEGER NOT NULL  -- of the latest change
) STRICT;

-- +goose Down
SELECT 1;
