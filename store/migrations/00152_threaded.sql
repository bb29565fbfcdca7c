-- +goose Up

-- Whether a thread is open below a message: what is new of its story goes there.
ALTER TABLE messages ADD COLUMN threaded INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
