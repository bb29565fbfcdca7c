-- +goose Up

-- The first part of the digest that a message goes on with; NULL: it begins one, or is none.
ALTER TABLE messages ADD COLUMN begun_by INTEGER;

-- +goose Down
SELECT 1;
