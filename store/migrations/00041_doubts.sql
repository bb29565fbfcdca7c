-- +goose Up

-- Articles that opened a story although they may tell an earlier one, and what people said.
CREATE TABLE doubts (
  article  INTEGER NOT NULL PRIMARY KEY, -- that opened the story
  related  INTEGER NOT NULL,             -- the article that it may tell the same as
  log_odds REAL    NOT NULL,             -- that it does, as the classifier saw it
  at       INTEGER NOT NULL,
  same     INTEGER,                      -- 1 it does, 0 it does not; NULL nobody said
  pair     TEXT    NOT NULL DEFAULT ''   -- both articles as JSON once somebody said: they outlive their articles
) STRICT;
CREATE INDEX doubts_at ON doubts (at);

-- +goose Down
SELECT 1;
