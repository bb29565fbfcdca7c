-- +goose Up

-- What a feed called itself when it was read last, beside the title that is shown: while they are equal nobody chose
-- another one, and the title follows the feed.
ALTER TABLE sources ADD COLUMN feed_title TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
