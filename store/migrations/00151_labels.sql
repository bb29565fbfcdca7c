-- +goose Up

-- The tag that posts in a Discord forum get for a subscription, by its name. Empty: none.
ALTER TABLE subscriptions ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
