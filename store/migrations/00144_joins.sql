-- +goose Up

-- Pairs of articles whose stories are one, as a person or an embedding model says.
CREATE TABLE joins (
  article   INTEGER NOT NULL,
  related   INTEGER NOT NULL,
  joined    INTEGER NOT NULL, -- the story that becomes a part of the other one
  joined_at INTEGER,          -- NULL: it has not yet
  at        INTEGER NOT NULL,
  PRIMARY KEY (article, related)
) STRICT;
CREATE INDEX joins_of ON joins (joined);
CREATE INDEX joins_joined_at ON joins (joined_at);
CREATE INDEX joins_to_do ON joins (article) WHERE joined_at IS NULL;

INSERT INTO joins (article, related, joined, joined_at, at) SELECT article, related, joined, joined_at, at FROM doubts WHERE joined IS NOT NULL;

DROP INDEX doubts_to_join;
DROP INDEX doubts_joined_at;
DROP INDEX doubts_joined;
ALTER TABLE doubts DROP COLUMN joined;
ALTER TABLE doubts DROP COLUMN joined_at;

-- +goose Down
SELECT 1;
