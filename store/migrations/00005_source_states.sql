-- +goose Up

-- What is remembered of a source's items is two thirds of its row and changes
-- only when the feed does; the rest is written at every poll.
CREATE TABLE source_states (
  source INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
  state  TEXT NOT NULL -- validators, history and items, opaque: package sources
) STRICT;
INSERT INTO source_states (source, state) SELECT id, state FROM sources WHERE state <> '';
ALTER TABLE sources DROP COLUMN state;

-- The agenda is kept in memory and read as a whole.
DROP INDEX sources_due;
