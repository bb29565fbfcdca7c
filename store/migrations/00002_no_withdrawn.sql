-- +goose Up

-- No feed says that it takes an article back: nothing ever set it.
ALTER TABLE articles DROP COLUMN withdrawn;

-- +goose Down
SELECT 1;
