-- +goose Up

-- When another outlet joined a story last: alerts sent before that no longer name all.
ALTER TABLE stories ADD COLUMN joined_at INTEGER;
CREATE INDEX stories_joined ON stories (joined_at) WHERE joined_at IS NOT NULL;

-- As of when a sent message shows who tells its story; NULL: as it was sent.
ALTER TABLE messages ADD COLUMN edited_at INTEGER;

-- +goose Down
SELECT 1;
