-- +goose Up

-- Who may see their page in a browser. hash is the SHA-256 of a secret that only the
-- person has: nobody signs in with a copy of the database.
CREATE TABLE web_keys (
  hash       TEXT    NOT NULL PRIMARY KEY,
  kind       TEXT    NOT NULL, -- link: signs in once | session
  chat       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE, -- the person's own
  person     TEXT    NOT NULL, -- the platform's id
  name       TEXT    NOT NULL DEFAULT '',
  language   TEXT    NOT NULL DEFAULT '',
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX web_keys_chat ON web_keys (chat);
CREATE INDEX web_keys_expires_at ON web_keys (expires_at);

-- Chats whose alerts can be read as a feed. Another version is another address.
CREATE TABLE web_feeds (
  chat    INTEGER NOT NULL PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE,
  version INTEGER NOT NULL
) STRICT;

-- How many stories a subscription alerted of, day by day (UTC, since 1970), for longer than
-- alerts are kept. Alerts up to the fact "alerts_counted" are in it.
CREATE TABLE subscription_days (
  subscription INTEGER NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
  day          INTEGER NOT NULL,
  stories      INTEGER NOT NULL,
  PRIMARY KEY (subscription, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_days_day ON subscription_days (day);

-- +goose Down
SELECT 1;
