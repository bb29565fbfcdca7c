//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"newsbell/store"
)

// world is everything around the program, and the program.
type world struct {
	size

	dir, database     string
	telegram, discord *part
	press             *press
	program           *program
	db                *sql.DB // reads beside the program
}

// everybody is what each chat follows, beside its own.
const everybody = "earthquake"

// begin sets the world up and starts the program.
func (w *world) begin(ctx context.Context) (err error) {
	var telegram, discord platform

	if w.telegram, telegram, err = startPlatform(telegramPart, w.chats/2); err != nil {
		return err
	}

	if w.discord, discord, err = startPlatform(discordPart, w.chats-w.chats/2); err != nil {
		return err
	}

	if w.press, err = newPress(w.feeds, w.listed); err != nil {
		return err
	}

	if err := w.populate(ctx, telegram.People, discord.People); err != nil {
		return err
	}

	config := filepath.Join(w.dir, "config.toml")
	if err := os.WriteFile(config, []byte(w.config(telegram, discord)), 0o600); err != nil {
		return err
	}

	if w.binary == "" {
		if w.binary, err = build(w.dir); err != nil {
			return err
		}
	}

	if w.db, err = sql.Open("sqlite", "file:"+w.database+"?_query_only=1&_busy_timeout=10000"); err != nil {
		return err
	}

	w.program, err = startProgram(w.binary, config, filepath.Join(w.dir, "log"), w.slack)

	return err
}

// end ends everything that runs.
func (w *world) end() {
	if w.program != nil {
		w.program.stop()
	}

	for _, p := range []*part{w.telegram, w.discord} {
		if p != nil {
			p.end()
		}
	}

	if w.db != nil {
		w.db.Close()
	}
}

func (w *world) config(telegram, discord platform) string {
	var b strings.Builder

	fmt.Fprintf(&b, "database = %q\ndefault_sources = false\n[polling]\nmin_interval = %q\nmax_interval = %q\nhost_gap = \"0s\"\n", w.database, w.interval, w.interval)
	fmt.Fprintf(&b, "[telegram]\ntoken = %q\napi_url = %q\n[discord]\ntoken = %q\napi_url = %q\ngateway_url = %q\n",
		telegram.Token, telegram.APIURL, discord.Token, discord.APIURL, discord.GatewayURL)

	for i := range w.feeds {
		fmt.Fprintf(&b, "[[sources]]\nurl = %q\noutlet = \"Outlet %d\"\n", w.press.address(i), i)
	}

	return b.String()
}

// populate writes the chats and what they follow: what everybody follows, and names that
// nobody else follows.
func (w *world) populate(ctx context.Context, telegram, discord []string) error {
	s, err := store.Open(ctx, w.database)
	if err != nil {
		return err
	}

	each := w.subscriptions / w.chats

	for first := 0; first < w.chats; first += 500 {
		err = errors.Join(err, s.Update(ctx, func(t *store.Tx) error {
			for i := first; i < min(first+500, w.chats); i++ {
				c := store.Chat{Platform: "telegram", Kind: "private"}
				if i%2 == 0 {
					c.Address = telegram[i/2]
				} else {
					c.Platform, c.Address = "discord", "@"+discord[i/2]
				}

				if err := w.addChat(t, c, i, each); err != nil {
					return err
				}
			}

			return nil
		}))
	}

	return errors.Join(err, s.Close())
}

func (w *world) addChat(t *store.Tx, c store.Chat, number, each int) error {
	chat, err := t.EnsureChat(c)
	if err != nil {
		return err
	}

	for n := range each {
		q := everybody
		if n > 0 {
			q = `"` + name(number*each+n) + `"`
		}

		if _, _, err := t.AddSubscription(store.Subscription{Chat: chat.ID, Query: q, Canonical: q}); err != nil {
			return err
		}
	}

	return nil
}

// name is a person whom nobody else is called; each part of it is others' too.
func name(n int) string { return "Ja" + word(uint64(n%331)) + " Mc" + word(uint64(n/331)) }

// anybodys draws the name that one chat follows.
func (w *world) anybodys(n int) string {
	each := w.subscriptions / w.chats
	chat := n * 7919 % w.chats

	return name(chat*each + 1 + n%(each-1))
}

// publish publishes at the rate until the time is over.
func (w *world) publish(ctx context.Context, from int, lasts time.Duration) (n int) {
	tick := time.NewTicker(time.Duration(float64(time.Second) / w.rate))
	defer tick.Stop()

	for end := time.After(lasts); ; n++ {
		select {
		case <-ctx.Done():
			return n
		case <-end:
			return n
		case <-tick.C:
			w.press.publish(w.anybodys(from+n), 1)
		}
	}
}

// waitFor waits until something is so; it gives up after ten minutes.
func waitFor(ctx context.Context, what string, is func() (bool, error)) error {
	for end := time.Now().Add(10 * time.Minute); ; {
		ok, err := is()
		if ok || err != nil {
			return err
		}

		if time.Now().After(end) {
			return fmt.Errorf("waited ten minutes for %s", what)
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// isMatched reports whether no article waits, neither for its story nor for Related.
func (w *world) isMatched() (bool, error) {
	var waits bool

	err := w.db.QueryRow("SELECT EXISTS (SELECT 1 FROM articles WHERE matched_at IS NULL) OR (SELECT count(*) FROM articles) > (SELECT count(*) FROM related)").Scan(&waits)

	return !waits, err
}

// used is how many bytes of the database hold something.
func (w *world) used() (bytes int64, err error) {
	var size, pages, free int64

	err = errors.Join(
		w.db.QueryRow("PRAGMA page_size").Scan(&size),
		w.db.QueryRow("PRAGMA page_count").Scan(&pages),
		w.db.QueryRow("PRAGMA freelist_count").Scan(&free),
	)

	return size * (pages - free), err
}

// room is what a table or index takes, in bytes: its content, and its pages with what they have left.
type room struct{ content, pages int64 }

// tables is what each table and index takes.
func (w *world) tables() (map[string]room, error) {
	rows, err := w.db.Query("SELECT name, sum(payload), sum(pgsize) FROM dbstat GROUP BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()

	bytes := map[string]room{}

	for rows.Next() {
		var (
			name string
			of   room
		)
		if err := rows.Scan(&name, &of.content, &of.pages); err != nil {
			return nil, err
		}

		bytes[name] = of
	}

	return bytes, rows.Err()
}
