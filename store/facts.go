package store

import (
	"errors"
)

// Log notes who changed what, for the operator.
func (t *Tx) Log(chat int64, actor, what string) error {
	_, err := t.exec("INSERT INTO log (at, chat, actor, what) VALUES ($1, $2, $3, $4)", millis(t.Now), chat, actor, what)
	return err
}

// Fact returns a number kept under a name, 0 if there is none; SetFact keeps it.
func (t *Tx) Fact(name string) (value int64, err error) {
	err = t.one("SELECT value FROM facts WHERE name = $1", []any{name}, &value)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}

	return value, err
}

// SetFact keeps a number under a name.
func (t *Tx) SetFact(name string, value int64) error {
	_, err := t.exec("INSERT INTO facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
	return err
}
