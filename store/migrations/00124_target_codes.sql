-- +goose Up

-- Alerts go to an e-mail address only after a code that was sent there was said in the chat.
ALTER TABLE targets ADD COLUMN code TEXT NOT NULL DEFAULT ''; -- '': alerts go there
ALTER TABLE targets ADD COLUMN code_until INTEGER;

-- Who had a code sent where: nobody is to be troubled with codes.
CREATE TABLE target_codes (
  person TEXT    NOT NULL,
  place  TEXT    NOT NULL,
  at     INTEGER NOT NULL
) STRICT;

-- +goose Down
SELECT 1;
