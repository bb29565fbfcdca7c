-- +goose Up

-- What a language model wrote, by what it was asked: the story's articles as they were,
-- the kind of answer, the language, the model and the version of the prompt.
CREATE TABLE answers (
  key    TEXT    NOT NULL PRIMARY KEY,
  answer TEXT    NOT NULL, -- JSON
  at     INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_at ON answers (at);

-- What that costs, by day (UTC) and chat; chat 0 is the command line.
CREATE TABLE model_tokens (
  day    INTEGER NOT NULL,
  chat   INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (day, chat)
) STRICT;

-- +goose Down
SELECT 1;
