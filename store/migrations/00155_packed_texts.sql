-- +goose Up

-- The summary and the text of an article, deflated, where that takes less room: then both
-- columns are empty, and letters is how long the text is. NULL: they stand in their columns.
ALTER TABLE articles ADD COLUMN packed BLOB;
ALTER TABLE articles ADD COLUMN letters INTEGER;

-- +goose Down
SELECT 1;
