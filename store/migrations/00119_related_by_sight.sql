-- +goose Up

-- Short forms are swept in the order in which their articles were seen, which is that of
-- their rows: an index of dates took 17 bytes of each.
DROP INDEX related_at;

-- +goose Down
CREATE INDEX related_at ON related (at);
