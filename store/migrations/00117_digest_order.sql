-- +goose Up

-- In what order a chat's digests show their stories ('': by subscription), and an alert's place
-- in the digest that it was frozen into, so that each attempt shows the same.
ALTER TABLE chats ADD COLUMN digest_order TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN place INTEGER NOT NULL DEFAULT 0;

-- +goose Down
SELECT 1;
