-- +goose Up

-- Whether the alerts of a chat come in the names of their outlets (Discord: by a webhook).
ALTER TABLE chats ADD COLUMN by_outlet INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
