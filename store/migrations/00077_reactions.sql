-- +goose Up

-- What a chat thought of an alert: that it wants less or more like it, that it opened it.
CREATE TABLE reactions (
  alert INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  kind  TEXT    NOT NULL, -- less | more | opened
  at    INTEGER NOT NULL,
  PRIMARY KEY (alert, kind)
) STRICT, WITHOUT ROWID;

-- Rules that were proposed to a chat and that it did not want.
CREATE TABLE declined (
  chat  INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  kind  TEXT    NOT NULL, -- as mutes.kind
  value TEXT    NOT NULL, -- the word, or the outlet's name in lower case
  at    INTEGER NOT NULL,
  PRIMARY KEY (chat, kind, value)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
