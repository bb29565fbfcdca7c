-- +goose Up

-- E-mail goes by one server, webhooks to one each: a server that is down is to hold up its own alone.
UPDATE chats SET platform = 'mail' WHERE platform = 'target' AND id IN (SELECT chat FROM targets WHERE url LIKE 'mailto:%');

-- +goose Down
SELECT 1;
