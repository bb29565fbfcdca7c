-- +goose Up

-- When an operator turned a source off for everybody, although the configuration or an
-- imported list names it; NULL: it is on.
ALTER TABLE sources ADD COLUMN off_at INTEGER;

-- +goose Down
SELECT 1;
