-- +goose Up

-- Hours of the day in which a chat's alerts are held: "22:00-07:00", '' none.
ALTER TABLE chats ADD COLUMN quiet TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
