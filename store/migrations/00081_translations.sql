-- +goose Up

-- Whether alerts in another language are translated, by an edit, after they were sent.
ALTER TABLE chats ADD COLUMN translate INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chats_translate ON chats (id) WHERE translate = 1;

-- What a language model made of a sent alert (JSON), '' nothing; when it was asked, NULL: it
-- was not; and whether the message is still to be edited to show it.
ALTER TABLE messages ADD COLUMN translation   TEXT    NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN translated_at INTEGER;
ALTER TABLE messages ADD COLUMN translating   INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_translating ON messages (id) WHERE translating = 1;

-- +goose Down
SELECT 1;
