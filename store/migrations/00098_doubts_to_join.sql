-- +goose Up

-- The pairs of which an operator said that they are one story and whose stories are not joined yet.
CREATE INDEX doubts_to_join ON doubts (article) WHERE joined IS NOT NULL AND joined_at IS NULL;

-- +goose Down
SELECT 1;
