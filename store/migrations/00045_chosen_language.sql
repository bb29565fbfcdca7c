-- +goose Up

-- The language that somebody chose for a chat, a BCP 47 code; '' that of the platform.
ALTER TABLE chats ADD COLUMN chosen_language TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
