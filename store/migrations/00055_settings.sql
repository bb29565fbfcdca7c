-- +goose Up

-- What a chat has set, besides its zone and quiet hours.
ALTER TABLE chats ADD COLUMN digest   TEXT    NOT NULL DEFAULT ''; -- when alerts come unless a subscription says so itself, '' at once
ALTER TABLE chats ADD COLUMN style    TEXT    NOT NULL DEFAULT ''; -- how much an alert shows: '' all | compact | title
ALTER TABLE chats ADD COLUMN pictures INTEGER NOT NULL DEFAULT 1;
ALTER TABLE chats ADD COLUMN silent   INTEGER NOT NULL DEFAULT 0;  -- alerts make no sound
ALTER TABLE chats ADD COLUMN brief    TEXT    NOT NULL DEFAULT ''; -- when the brief comes, '' never
ALTER TABLE chats ADD COLUMN brief_at INTEGER;                     -- the next time it comes

CREATE INDEX chats_brief_at ON chats (brief_at) WHERE brief_at IS NOT NULL;

-- The stories that a chat was briefed on, so that none comes twice.
CREATE TABLE briefed (
  chat  INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  story INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  PRIMARY KEY (chat, story)
) STRICT, WITHOUT ROWID;
CREATE INDEX briefed_at ON briefed (at);

-- At how many outlets of its story a waiting alert is to be looked at again, 0 never; and
-- which rule let it ring, or held it: "urgent", "outlets 5", "word quake", "max 5".
ALTER TABLE alerts ADD COLUMN awaits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN rule   TEXT    NOT NULL DEFAULT '';
CREATE INDEX alerts_awaited ON alerts (story, awaits) WHERE state = 'waiting' AND awaits > 0;

-- What a chat's managers look up.
CREATE INDEX log_chat ON log (chat, id) WHERE chat IS NOT NULL;

-- +goose Down
SELECT 1;
