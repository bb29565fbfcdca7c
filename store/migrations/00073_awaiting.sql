-- +goose Up

-- The alerts that wait for further outlets: they are looked at when one joins their story.
CREATE INDEX alerts_awaiting ON alerts (story, chat) WHERE awaits > 0 AND state = 'waiting';

-- +goose Down
SELECT 1;
