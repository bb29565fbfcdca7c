-- +goose Up

-- Which page an article is, by 48 bits of a hash of its canonical address (store.pageOf); NULL:
-- none of its own. Rows of before have their canonical address and their key, and no page.
ALTER TABLE articles ADD COLUMN page INTEGER;
CREATE INDEX articles_page ON articles (page) WHERE page IS NOT NULL;

-- +goose Down
SELECT 1;
