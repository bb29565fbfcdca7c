-- +goose Up

-- The story that became a part of the other one because a person said that they are one, and when.
ALTER TABLE doubts ADD COLUMN joined INTEGER;
ALTER TABLE doubts ADD COLUMN joined_at INTEGER;
CREATE INDEX doubts_joined ON doubts (joined);
CREATE INDEX doubts_joined_at ON doubts (joined_at);

-- +goose Down
SELECT 1;
