-- +goose Up

-- No statement asks for what waits as a spike alone: it is found by its chat or its story.
DROP INDEX alerts_spike;

-- +goose Down
SELECT 1;
