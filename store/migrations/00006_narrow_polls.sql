-- +goose Up

-- A poll that finds something writes a page of every index. Identities are only
-- ever looked for within one source, which their primary key leads to.
DROP INDEX seen_listed;
DROP INDEX seen_article;
-- No statement looks for a source's articles, and sources are never deleted.
DROP INDEX articles_source;
-- An article comes without a story.
DROP INDEX articles_story;
CREATE INDEX articles_story ON articles (story) WHERE story IS NOT NULL;

-- +goose Down
SELECT 1;
