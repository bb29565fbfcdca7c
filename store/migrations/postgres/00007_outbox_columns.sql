-- +goose Up

-- As the file of this name one folder above, without what it does to older rows: no database
-- on a server is as old.

-- messages.boot held a run's id or, in its place, how the last attempt ended.
ALTER TABLE messages ADD COLUMN claimed_by TEXT NOT NULL DEFAULT ''; -- the run that has an attempt under way, '' none
ALTER TABLE messages ADD COLUMN doubt      TEXT NOT NULL DEFAULT ''; -- how the last attempt ended: '' | outage | unsure
-- A nonce is random, so that a copy of the database never repeats one.
ALTER TABLE messages ADD COLUMN nonce      TEXT NOT NULL DEFAULT ''; -- set with the first attempt
ALTER TABLE messages DROP COLUMN boot;

-- Subscriptions whose rows are gone: a matcher that runs takes them out of its index.
CREATE TABLE tombstones (
  subscription INTEGER PRIMARY KEY,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstones_version ON tombstones (version);

-- Whose question or link a token is, as platform:id; it was hidden in the value.
ALTER TABLE tokens ADD COLUMN owner TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_owner ON tokens (owner) WHERE owner <> '';

-- +goose Down
SELECT 1;
