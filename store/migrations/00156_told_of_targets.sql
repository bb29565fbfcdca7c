-- +goose Up
-- The message for which the chat was told that the target fails, so that it is told once of each outage.
ALTER TABLE targets ADD COLUMN told_of INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE targets DROP COLUMN told_of;
