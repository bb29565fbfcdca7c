-- +goose Up

-- The people who may manage a Discord server or a Telegram group besides its administrators.
CREATE TABLE managers (
  platform TEXT NOT NULL,
  place    TEXT NOT NULL, -- the server, or the group without a topic
  person   TEXT NOT NULL, -- the platform's id
  name     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (platform, place, person)
) STRICT;

-- +goose Down
SELECT 1;
