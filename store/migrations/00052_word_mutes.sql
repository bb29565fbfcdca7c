-- +goose Up

-- The query of a subscription as it was before words of it were muted, as typed and canonical;
-- '' none are.
ALTER TABLE subscriptions ADD COLUMN base           TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN base_canonical TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
