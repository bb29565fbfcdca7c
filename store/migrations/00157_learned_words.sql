-- +goose Up

-- How common words are in the news of this installation, by language (two letters, empty: not
-- known), as package story keeps it. Up to which article it was learned says the fact learned_through.
CREATE TABLE learned_words (
  language TEXT NOT NULL PRIMARY KEY,
  words    BLOB NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
