-- +goose Up

-- Whether what is sent to a channel is also published to those who follow it (Discord's
-- announcement channels), and which sent messages still are to be. One that was is kept for
-- an hour: Discord publishes so many an hour.
ALTER TABLE chats ADD COLUMN publish INTEGER NOT NULL DEFAULT 0;
CREATE TABLE crossposts (
  message  INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  due_at   INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  done_at  INTEGER
) STRICT;
CREATE INDEX crossposts_due ON crossposts (due_at) WHERE done_at IS NULL;

-- +goose Down
SELECT 1;
