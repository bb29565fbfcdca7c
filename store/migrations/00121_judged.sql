-- +goose Up

-- What a language model judges the articles of a subscription by (only:), '' nothing.
ALTER TABLE subscriptions ADD COLUMN only_about TEXT NOT NULL DEFAULT '';

-- What it judged: '' it was not to, open: it has not yet, fits, other, unjudged: it was away.
ALTER TABLE alert_matches ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
CREATE INDEX alert_matches_open ON alert_matches (story, chat) WHERE verdict = 'open';

-- +goose Down
SELECT 1;
