-- +goose Up

-- Mutes end by themselves: those whose time is over are looked for every minute.
CREATE INDEX mutes_until ON mutes (until) WHERE until IS NOT NULL;

-- +goose Down
DROP INDEX mutes_until;
