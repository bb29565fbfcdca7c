-- +goose Up

-- What one chat was told and was not, newest first: /status and /why.
CREATE INDEX alerts_chat ON alerts (chat, id);
-- New alerts are those with the highest ids.
DROP INDEX alerts_new;
-- Alerts end with their message and go with it; those that never had one are few.
DROP INDEX alerts_done_at;
CREATE INDEX alerts_ended ON alerts (done_at) WHERE message IS NULL AND done_at IS NOT NULL;

-- How many alerts ended how, hour by hour: /status does not count a million rows.
CREATE TABLE tallies (
  hour   INTEGER NOT NULL, -- since 1970
  state  TEXT    NOT NULL, -- as alerts.state
  reason TEXT    NOT NULL,
  n      INTEGER NOT NULL,
  PRIMARY KEY (hour, state, reason)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
