-- +goose Up

-- Other places a chat's alerts go. Each is a chat of its own (platform "target", its address
-- is the row's), so that its alerts wait, are claimed and settled as any; what is known of
-- where it leads is here.
CREATE TABLE targets (
  chat   INTEGER NOT NULL PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE,
  owner  INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE, -- whose alerts go there, too
  url    TEXT    NOT NULL,
  secret TEXT    NOT NULL DEFAULT '' -- that a webhook's messages are signed with
) STRICT;
CREATE INDEX targets_owner ON targets (owner);

-- +goose Down
SELECT 1;
