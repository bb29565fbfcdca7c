-- +goose Up

-- What one chat was told and was not, newest first: /status and /why.
CREATE INDEX alerts_chat ON alerts (chat, id);
-- New alerts are those with the highest ids.
DROP INDEX alerts_new;
-- Alerts end with their message and go with it; those that never had one are few.
DROP INDEX alerts_done_at;
CREATE INDEX alerts_ended ON alerts (done_at) WHERE message IS NULL AND done_at IS NOT NULL;

-- +goose Down
SELECT 1;
