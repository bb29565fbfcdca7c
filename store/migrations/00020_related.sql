-- +goose Up

-- The short form of an article that outlives it, for "related".
CREATE TABLE related (
  article INTEGER NOT NULL PRIMARY KEY, -- its id, also when it is gone
  source  INTEGER NOT NULL,
  story   INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  terms   BLOB    NOT NULL,             -- its terms, four bytes each
  body    BLOB    NOT NULL              -- title, address, outlet, first paragraph; deflated
) STRICT;
CREATE INDEX related_at ON related (at);

-- Which articles hold a term (a hash of package news/related).
CREATE TABLE related_terms (
  term    INTEGER NOT NULL,
  article INTEGER NOT NULL,
  PRIMARY KEY (term, article)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
