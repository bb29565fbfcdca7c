-- +goose Up

-- Which run of the program has an edit of a message under way, and when that is over whatever
-- came of it. '' and NULL: none.
ALTER TABLE messages ADD COLUMN edit_by TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN edit_ends INTEGER;
CREATE INDEX messages_edit_by ON messages (edit_by) WHERE edit_by <> '';

-- +goose Down
DROP INDEX messages_edit_by;
