-- +goose Up

-- What lives once: the subscription version, when the program was last alive.
CREATE TABLE facts (
  name  TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO facts (name, value) VALUES ('version', 0);

CREATE TABLE sources (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  url           TEXT    NOT NULL UNIQUE,
  title         TEXT    NOT NULL DEFAULT '',
  outlet        TEXT    NOT NULL DEFAULT '',
  language      TEXT    NOT NULL DEFAULT '',
  country       TEXT    NOT NULL DEFAULT '',
  origin        TEXT    NOT NULL,              -- config | chat
  enabled       INTEGER NOT NULL DEFAULT 1,
  state         TEXT    NOT NULL DEFAULT '',   -- validators and history, opaque: package sources
  next_poll_at  INTEGER NOT NULL,
  last_poll_at  INTEGER,
  last_ok_at    INTEGER,
  baseline_at   INTEGER,                       -- first successful poll with items
  listed_at     INTEGER,                       -- last poll that listed items
  error         TEXT    NOT NULL DEFAULT '',   -- in words, '' when well
  error_count   INTEGER NOT NULL DEFAULT 0,
  error_since   INTEGER,
  told_at       INTEGER,                       -- when people were told that it fails
  moved_to      TEXT    NOT NULL DEFAULT '',
  folder        TEXT    NOT NULL DEFAULT '',   -- where OPML keeps it
  imported      INTEGER NOT NULL DEFAULT 0     -- from OPML: it stays when the config does not name it
) STRICT;
CREATE INDEX sources_due ON sources (next_poll_at) WHERE enabled = 1;

CREATE TABLE chats (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  platform     TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  title        TEXT    NOT NULL DEFAULT '',
  server       TEXT    NOT NULL DEFAULT '',
  language     TEXT    NOT NULL DEFAULT '',
  time_zone    TEXT    NOT NULL DEFAULT '',
  state        TEXT    NOT NULL DEFAULT 'active', -- active | paused | asleep
  reason       TEXT    NOT NULL DEFAULT '',       -- why it sleeps
  state_since  INTEGER NOT NULL,
  paused_until INTEGER,                           -- NULL: until resumed
  away         INTEGER NOT NULL DEFAULT 0,        -- paused or asleep for over a day: left the index
  set_up_by    TEXT    NOT NULL DEFAULT '',       -- platform's id of who to tell when it dies
  next_number  INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  UNIQUE (platform, address)
) STRICT;

CREATE INDEX chats_quiet ON chats (state) WHERE state <> 'active';

CREATE TABLE source_chats (
  source   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  chat     INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  added_by TEXT    NOT NULL DEFAULT '',
  added_at INTEGER NOT NULL,
  PRIMARY KEY (source, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_chats_chat ON source_chats (chat);

CREATE TABLE articles (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source       INTEGER NOT NULL REFERENCES sources (id),
  key          TEXT    NOT NULL,
  url          TEXT    NOT NULL,
  canonical    TEXT    NOT NULL,
  title        TEXT    NOT NULL,
  summary      TEXT    NOT NULL,
  text         TEXT    NOT NULL,
  authors      TEXT    NOT NULL DEFAULT '', -- one a line, as tags
  tags         TEXT    NOT NULL DEFAULT '',
  outlet       TEXT    NOT NULL DEFAULT '',
  language     TEXT    NOT NULL DEFAULT '',
  country      TEXT    NOT NULL DEFAULT '',
  image        TEXT    NOT NULL DEFAULT '',
  published_at INTEGER,
  updated_at   INTEGER,
  seen_at      INTEGER NOT NULL,
  quiet        TEXT    NOT NULL DEFAULT '', -- why it rings nothing: baseline | old | relaunch
  withdrawn    INTEGER NOT NULL DEFAULT 0,
  story        INTEGER,
  matched_at   INTEGER
) STRICT;
CREATE INDEX articles_unmatched ON articles (id) WHERE matched_at IS NULL;
CREATE INDEX articles_canonical ON articles (canonical) WHERE canonical <> '';
CREATE INDEX articles_seen_at ON articles (seen_at);
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_source ON articles (source, id);

-- What was ever listed. identity is a hash of an item's key or of its canonical
-- address, so that a change of one of them is recognised by the other.
CREATE TABLE seen (
  source         INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  identity       BLOB    NOT NULL,
  article        INTEGER NOT NULL, -- may be gone: identity outlives the article
  content        INTEGER NOT NULL, -- 64-bit hash of title, summary and text: has it changed?
  last_listed_at INTEGER NOT NULL,
  PRIMARY KEY (source, identity)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_listed ON seen (source, last_listed_at);
CREATE INDEX seen_article ON seen (source, article);

CREATE TABLE stories (
  id       INTEGER PRIMARY KEY,       -- the id of its first article
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  articles INTEGER NOT NULL,
  last     INTEGER NOT NULL           -- newest article
) STRICT;
CREATE INDEX stories_last_at ON stories (last_at);

CREATE TABLE subscriptions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  chat       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  query      TEXT    NOT NULL,              -- as typed
  canonical  TEXT    NOT NULL,
  created_by TEXT    NOT NULL DEFAULT '',   -- platform's id of the person
  server     TEXT    NOT NULL DEFAULT '',   -- the server it was made in
  delivery   TEXT    NOT NULL DEFAULT '',   -- '' at once
  ping       TEXT    NOT NULL DEFAULT '',
  version    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  UNIQUE (chat, number)
) STRICT;
CREATE INDEX subscriptions_created_by ON subscriptions (created_by) WHERE created_by <> '';
CREATE INDEX subscriptions_version ON subscriptions (version);
CREATE INDEX subscriptions_removed_at ON subscriptions (removed_at) WHERE removed_at IS NOT NULL;

CREATE TABLE messages (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  chat             INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  kind             TEXT    NOT NULL,            -- alert | digest | notice
  bundle           TEXT    NOT NULL DEFAULT '', -- of a digest: as alerts.bundle, or burst
  notice           TEXT    NOT NULL DEFAULT '', -- what a notice says
  part             INTEGER NOT NULL DEFAULT 0,
  parts            INTEGER NOT NULL DEFAULT 0,
  more             INTEGER NOT NULL DEFAULT 0,  -- stories that the digest leaves out
  form             INTEGER NOT NULL DEFAULT 0,  -- how plain it has to be: full | no image | plain text
  state            TEXT    NOT NULL,            -- open | sent | failed
  attempts         INTEGER NOT NULL DEFAULT 0,
  first_attempt_at INTEGER,
  next_attempt_at  INTEGER NOT NULL,
  boot             TEXT    NOT NULL DEFAULT '', -- who has the attempt under way, '' nobody
  result           TEXT    NOT NULL DEFAULT '',
  ref              TEXT    NOT NULL DEFAULT '', -- the platform's reference
  created_at       INTEGER NOT NULL,
  done_at          INTEGER
) STRICT;
CREATE INDEX messages_chat ON messages (chat, id);
CREATE INDEX messages_open ON messages (chat, id) WHERE state = 'open';
CREATE INDEX messages_done_at ON messages (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX messages_ref ON messages (chat, ref) WHERE ref <> '';

CREATE TABLE alerts (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  story      INTEGER NOT NULL,
  chat       INTEGER NOT NULL, -- no foreign key: 100,000 look-ups a story; swept instead
  edition    INTEGER NOT NULL DEFAULT 0,
  article    INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  bundle     TEXT    NOT NULL DEFAULT '',        -- what digest it belongs in: '' rings alone | held | downtime | digest
  state      TEXT    NOT NULL DEFAULT 'waiting', -- waiting | sent | folded | dropped
  reason     TEXT    NOT NULL DEFAULT '',
  message    INTEGER REFERENCES messages (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  done_at    INTEGER,
  -- story first: one story for many chats is written side by side.
  UNIQUE (story, chat, edition)
) STRICT;
CREATE INDEX alerts_new ON alerts (id) WHERE state = 'waiting';
CREATE INDEX alerts_waiting ON alerts (chat, due_at) WHERE state = 'waiting';
CREATE INDEX alerts_message ON alerts (message) WHERE message IS NOT NULL;
CREATE INDEX alerts_done_at ON alerts (done_at) WHERE done_at IS NOT NULL;

-- Which subscriptions answered. Keyed as alerts are unique, so that a fan-out
-- needs no ids and is appended in order.
CREATE TABLE alert_matches (
  story        INTEGER NOT NULL,
  chat         INTEGER NOT NULL,
  subscription INTEGER NOT NULL,
  matched      TEXT    NOT NULL, -- one a line
  PRIMARY KEY (story, chat, subscription)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  bot      TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  value    TEXT    NOT NULL,
  saved_at INTEGER NOT NULL,
  PRIMARY KEY (bot, name)
) STRICT, WITHOUT ROWID;

-- Requests whose effect is done. answer is what is still to be said.
CREATE TABLE requests (
  key    TEXT    NOT NULL PRIMARY KEY,
  answer TEXT    NOT NULL,
  at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_at ON requests (at);

-- Conversations that wait for something: a question asked, a link to a private chat.
CREATE TABLE tokens (
  token TEXT    NOT NULL PRIMARY KEY,
  value TEXT    NOT NULL,
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  at    INTEGER NOT NULL,
  chat  INTEGER,
  actor TEXT    NOT NULL DEFAULT '',
  what  TEXT    NOT NULL
) STRICT;
CREATE INDEX log_at ON log (at);

-- +goose Down
SELECT 1;
