-- +goose Up

-- People whom an operator has blocked: they are not answered and get no alerts.
CREATE TABLE blocked (
  platform   TEXT    NOT NULL,
  user       TEXT    NOT NULL, -- platform's id of the person
  blocked_at INTEGER NOT NULL,
  PRIMARY KEY (platform, user)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
