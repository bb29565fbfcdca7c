-- +goose Up

-- A message is looked up by the platform's reference when somebody answers or reacts to it: its chat's
-- messages are looked through then. An index of references took 40 bytes of each.
DROP INDEX messages_ref;

-- Stories and messages past their time are looked for among the first, once an hour: an index took 17
-- bytes of each.
DROP INDEX stories_last_at;
DROP INDEX messages_done_at;

-- +goose Down
CREATE INDEX messages_done_at ON messages (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX stories_last_at ON stories (last_at);
CREATE INDEX messages_ref ON messages (chat, ref) WHERE ref <> '';
