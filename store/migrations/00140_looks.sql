-- +goose Up

-- How the alerts of a chat look: their colour on Discord ("#1abc9c"), and a line of its own
-- before each. Empty: as usual.
ALTER TABLE chats ADD COLUMN color TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN opening TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
