-- +goose Up

-- Where an article stands for an embedding model: a byte each number. It goes with its article.
CREATE TABLE vectors (
  article INTEGER NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
  model   TEXT    NOT NULL, -- whose it is: vectors of two models say nothing of each other
  vector  BLOB    NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
