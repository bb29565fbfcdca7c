-- +goose Up

-- Whether each subscription of a private chat has a topic of its own, and the topics that were
-- opened, as their platform names them.
ALTER TABLE chats ADD COLUMN topics INTEGER NOT NULL DEFAULT 0;
CREATE TABLE topics (
  subscription INTEGER NOT NULL PRIMARY KEY REFERENCES subscriptions (id) ON DELETE CASCADE,
  topic        TEXT NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
