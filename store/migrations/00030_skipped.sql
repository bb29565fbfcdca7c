-- +goose Up

-- How many articles a subscription was not compared with, since its regexes need
-- too much work.
ALTER TABLE subscriptions ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
