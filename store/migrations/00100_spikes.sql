-- +goose Up

-- The stories of the last hour that wait for others like them (spike:).
CREATE INDEX alerts_spike ON alerts (chat) WHERE bundle = 'spike' AND state = 'waiting';

-- +goose Down
SELECT 1;
