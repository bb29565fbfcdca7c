-- +goose Up

-- The subscriptions with spike:, of which is counted what came in the last hour.
CREATE INDEX subscriptions_spike ON subscriptions (chat) WHERE delivery LIKE '%spike%';

-- +goose Down
SELECT 1;
