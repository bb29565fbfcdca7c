-- +goose Up

-- What a chat does not want to hear of, though it matches.
CREATE TABLE mutes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  chat       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL, -- story | outlet
  value      TEXT    NOT NULL, -- the story's id; the outlet's name in lower case
  label      TEXT    NOT NULL, -- as people know it
  until      INTEGER,          -- NULL: until it is ended
  created_by TEXT    NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mutes_chat ON mutes (chat);

-- +goose Down
SELECT 1;
