-- +goose Up

-- messages.boot held a run's id or, in its place, how the last attempt ended.
ALTER TABLE messages ADD COLUMN claimed_by TEXT NOT NULL DEFAULT ''; -- the run that has an attempt under way, '' none
ALTER TABLE messages ADD COLUMN doubt      TEXT NOT NULL DEFAULT ''; -- how the last attempt ended: '' | outage | unsure
-- A nonce is random, so that a copy of the database never repeats one.
ALTER TABLE messages ADD COLUMN nonce      TEXT NOT NULL DEFAULT ''; -- set with the first attempt
UPDATE messages SET claimed_by = boot WHERE state = 'open' AND boot NOT IN ('', 'trouble', 'unsure');
UPDATE messages SET doubt = CASE boot WHEN 'unsure' THEN 'unsure' ELSE 'outage' END
  WHERE state = 'open' AND boot IN ('trouble', 'unsure');
-- What was tried before keeps the nonce that it was tried under.
UPDATE messages SET nonce = coalesce((SELECT printf('%x-%d', value, messages.id) FROM facts WHERE name = 'name'), '')
  WHERE state = 'open' AND attempts > 0;
DELETE FROM facts WHERE name = 'name';
ALTER TABLE messages DROP COLUMN boot;

-- Subscriptions whose rows are gone: a matcher that runs takes them out of its index.
CREATE TABLE tombstones (
  subscription INTEGER PRIMARY KEY,
  version      INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstones_version ON tombstones (version);
INSERT INTO tombstones (subscription, version) SELECT CAST(substr(name, 6) AS INTEGER), value FROM facts WHERE name LIKE 'gone:%';
DELETE FROM facts WHERE name LIKE 'gone:%';

-- Whose question or link a token is, as platform:id; it was hidden in the value.
ALTER TABLE tokens ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE tokens SET owner = coalesce(json_extract(value, '$.who'), '') WHERE json_valid(value);
CREATE INDEX tokens_owner ON tokens (owner) WHERE owner <> '';

-- +goose Down
SELECT 1;
