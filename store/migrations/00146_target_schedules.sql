-- +goose Up

-- A target may have times of its own: '' as in its chat, else as subscriptions.Schedule prints
-- it ("daily 08:00"), and alerts go there as one digest then.
ALTER TABLE targets ADD COLUMN schedule TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
