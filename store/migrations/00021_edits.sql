-- +goose Up

-- When another outlet joined a story last: alerts sent before that no longer name all.
ALTER TABLE stories ADD COLUMN joined_at INTEGER;
CREATE INDEX stories_joined ON stories (joined_at) WHERE joined_at IS NOT NULL;

-- When a sent message was edited last, and as of which stories.joined_at it shows who
-- tells its story; NULL: as it was sent.
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN shown_at INTEGER;

-- +goose Down
SELECT 1;
