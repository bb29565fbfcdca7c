-- +goose Up

-- The chat of a server in which changes to its alerts are posted.
CREATE TABLE server_logs (
  platform TEXT    NOT NULL,
  server   TEXT    NOT NULL,
  chat     INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  PRIMARY KEY (platform, server)
) STRICT;

-- +goose Down
SELECT 1;
