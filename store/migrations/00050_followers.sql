-- +goose Up

-- Who follows a story: its developments come as replies to the alert. An alert whose edition
-- is not 0 is a development; the edition is the article that tells it.
CREATE TABLE story_followers (
  story      INTEGER NOT NULL,
  chat       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  told_at    INTEGER NOT NULL, -- of the latest development, or when it was followed
  created_by TEXT    NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  PRIMARY KEY (story, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_followers_chat ON story_followers (chat);
CREATE INDEX story_followers_told ON story_followers (told_at);

-- Which stories go on with a followed one.
CREATE TABLE story_parts (
  part  INTEGER NOT NULL PRIMARY KEY,
  story INTEGER NOT NULL
) STRICT;
CREATE INDEX story_parts_story ON story_parts (story);

-- The articles that told something new of a followed story, and what: one fact a line.
CREATE TABLE developments (
  article INTEGER NOT NULL,
  story   INTEGER NOT NULL,
  facts   TEXT    NOT NULL,
  PRIMARY KEY (article, story)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
