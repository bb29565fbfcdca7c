-- +goose Up

-- 1: packed begins with an article's address and headline, whose columns are empty then. NULL: it has
-- the summary and the text alone.
ALTER TABLE articles ADD COLUMN headed INTEGER;

-- +goose Down
SELECT 1;
