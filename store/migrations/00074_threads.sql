-- +goose Up

-- The sent messages below which a thread is still to open (talk:thread).
CREATE TABLE threads (
  message  INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  due_at   INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX threads_due ON threads (due_at);

-- +goose Down
SELECT 1;
