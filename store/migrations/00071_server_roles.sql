-- +goose Up

-- The roles of a server that may set up alerts there, besides those who may manage it.
CREATE TABLE server_roles (
  platform TEXT NOT NULL,
  server   TEXT NOT NULL,
  role     TEXT NOT NULL,
  PRIMARY KEY (platform, server, role)
) STRICT;

-- +goose Down
SELECT 1;
