-- +goose Up

-- What texts are deflated with, beside what all of them are: learned from this database's own. One
-- stays as it is, and is never deleted: another process may be about to write an article with it.
CREATE TABLE dictionaries (
  id         INTEGER NOT NULL PRIMARY KEY,
  words      BLOB    NOT NULL,
  learned_at INTEGER NOT NULL
) STRICT;

-- The dictionary that an article's texts are packed with; NULL: the one that every database has.
ALTER TABLE articles ADD COLUMN dictionary INTEGER;

-- +goose Down
SELECT 1;
