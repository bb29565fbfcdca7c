-- +goose Up

-- What an article's image shows, and whose it is.
ALTER TABLE articles ADD COLUMN caption TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN credit  TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
