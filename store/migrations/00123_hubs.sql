-- +goose Up

-- Who pushes the news of a source (WebSub), and what was agreed with them.
CREATE TABLE hubs (
  source      INTEGER NOT NULL PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  url         TEXT    NOT NULL,
  topic       TEXT    NOT NULL, -- the feed's address as the hub knows it
  token       TEXT    NOT NULL UNIQUE, -- of the address that it pushes to
  secret      TEXT    NOT NULL, -- that pushes are signed with
  asked_at    INTEGER,
  failures    INTEGER NOT NULL DEFAULT 0, -- times that it was asked since it last agreed
  error       TEXT    NOT NULL DEFAULT '', -- why it does not push, in words
  next_at     INTEGER NOT NULL, -- when to ask it, the next time
  lease_until INTEGER, -- how long it said it will push
  pushed_at   INTEGER
) STRICT;
CREATE INDEX hubs_next ON hubs (next_at);

-- +goose Down
SELECT 1;
