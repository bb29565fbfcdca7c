-- +goose Up

-- Which articles hold a term (a hash of package news/related), four bytes each: a row is what the articles
-- of a block have of some terms (store.postingsRow). It took 190 bytes an article as a row of
-- related_terms for each, which the sweep moves here, and 48 more for the terms beside the short form.
CREATE TABLE related_postings (
  id       INTEGER NOT NULL PRIMARY KEY,
  postings BLOB    NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
