-- +goose Up

-- What chats read besides the configured sources: bundles, named sets of sources. One
-- that a chat does not read any more stays as a row, so that the matcher learns of it
-- by the version.
CREATE TABLE chat_bundles (
  chat       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  bundle     TEXT    NOT NULL,
  added_by   TEXT    NOT NULL DEFAULT '',
  added_at   INTEGER NOT NULL,
  removed_at INTEGER,
  version    INTEGER NOT NULL,
  PRIMARY KEY (chat, bundle)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_bundles_version ON chat_bundles (version);
CREATE INDEX chat_bundles_bundle ON chat_bundles (bundle, chat);

-- The sources of the bundles that somebody read at any time. url is how the catalogue
-- has it; the source itself may have moved since.
CREATE TABLE bundle_sources (
  bundle TEXT    NOT NULL,
  url    TEXT    NOT NULL,
  source INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  PRIMARY KEY (bundle, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_sources_source ON bundle_sources (source, bundle);

-- Which chat reads which source, besides the configured ones.
CREATE VIEW readers AS
  SELECT source, chat FROM source_chats
  UNION ALL
  SELECT b.source, c.chat FROM bundle_sources b JOIN chat_bundles c ON c.bundle = b.bundle WHERE c.removed_at IS NULL;

-- What a subscription is matched against: '' what its chat reads | everywhere.
ALTER TABLE subscriptions ADD COLUMN scope TEXT NOT NULL DEFAULT '';
-- How many outlets have to tell a story before it alerts.
ALTER TABLE subscriptions ADD COLUMN outlets INTEGER NOT NULL DEFAULT 0;

-- Counts the changes of who reads what.
INSERT INTO facts (name, value) VALUES ('readers', 0);

-- +goose Down
SELECT 1;
