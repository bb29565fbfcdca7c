package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/bot/story"
	"newsbell/bot/turn"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// told is a story at a time: a headline, the hours since then, and how many outlets report it.
type told struct {
	title   string
	hours   int
	outlets int
}

// dayNews are the stories of a day.
var dayNews = []told{
	{"Ferry strike ends after eleven days", 3, 5},
	{"Harbour bridge in Gdynia opens to lorries again", 2, 3},
	{"Parliament passes the coastal housing bill", 6, 4},
	{"Storm Mira turns north, warnings lifted", 1, 2},
	{"New night trains link Gdansk and Vienna", 9, 3},
	{"Museum finds a lost map behind a wall", 12, 2},
	{"Tram line 4 to reach the airport in 2028", 15, 1},
	{"City counts its bees: more than ever", 18, 1},
	{"Fishing quotas stay as they are", 20, 1},
}

var dayOutlets = []string{"Coast Courier", "Baltic Post", "Harbour Radio", "Northern Gazette", "Plain Wire"}

// oldest is how old the oldest story is that a database of these pictures has.
const oldest = 31 * 24 * time.Hour

// newsStore is a database with some stories.
func newsStore(ctx context.Context, file string, stories []told) (*store.Store, error) {
	s, err := store.Open(ctx, file)
	if err != nil {
		return nil, err
	}

	if err := errors.Join(s.Update(ctx, func(tx *store.Tx) error { return tell(tx, stories) }), placeStories(ctx, s)); err != nil {
		return nil, errors.Join(err, s.Close())
	}

	return s, nil
}

// tell saves the articles of stories, as the polls of their outlets.
func tell(tx *store.Tx, stories []told) error {
	var list []news.Source
	for i, name := range dayOutlets {
		list = append(list, news.Source{URL: fmt.Sprintf("https://o%d.example/feed", i), Outlet: name, Title: name})
	}

	if err := tx.Configure(list); err != nil {
		return err
	}

	for i, outlet := range dayOutlets {
		var articles []news.Article

		for n, story := range stories {
			if i >= story.outlets {
				continue
			}

			articles = append(articles, news.Article{
				Key: fmt.Sprint(n), Title: story.title, URL: fmt.Sprintf("https://%s.example/%d", strings.ReplaceAll(strings.ToLower(outlet), " ", "-"), n),
				Outlet: outlet, Published: time.Now().Add(-time.Duration(story.hours)*time.Hour - time.Duration(7*i)*time.Minute),
			})
		}

		poll := store.PollResult{Source: int64(i + 1), Next: time.Now().Add(time.Hour), Articles: articles}
		if _, err := tx.SavePoll(store.PreparePoll(poll), oldest); err != nil {
			return err
		}
	}

	return nil
}

// placeStories makes one story of the articles that are told under one key.
func placeStories(ctx context.Context, s *store.Store) error {
	first, batch := map[string]int64{}, []store.Match(nil)

	err := s.View(ctx, func(tx *store.Tx) error {
		all, err := tx.Unmatched(1000)
		for _, a := range all {
			if first[a.News.Key] == 0 {
				first[a.News.Key] = a.ID
			}

			batch = append(batch, store.Match{Article: a.ID, At: a.At(), Story: first[a.News.Key]})
		}

		return err
	})
	if err != nil {
		return err
	}

	return s.SaveMatches(ctx, batch)
}

// dayMessages are the settings of a chat, its digest and its brief, as the bot and
// the outbox make them.
func dayMessages(ctx context.Context, dir string, a adapters.Adapter) ([]*adapters.Message, error) {
	s, err := newsStore(ctx, filepath.Join(dir, "day-"+a.Platform()+".db"), dayNews)
	if err != nil {
		return nil, err
	}
	defer s.Close()

	platform := a.Platform()
	b := bot.New(bot.Config{Config: turn.Config{Store: s, Log: slog.New(slog.DiscardHandler), Adapters: map[string]adapters.Adapter{platform: a}}})
	asked := 0
	ask := func(command, text string) *adapters.Message {
		asked++

		return b.Answer(ctx, &adapters.Request{
			Key: fmt.Sprint(asked), Kind: adapters.CommandRequest, Command: command, Text: text, User: adapters.User{ID: "1", Language: "en"},
			Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: "42"}, Kind: adapters.Private},
		})
	}

	ask("settings", "zone Warsaw")
	ask("settings", "quiet 22:00-7:00 except 5 outlets")
	ask("settings", "digest weekdays 18:00")
	ask("settings", "brief 8:00")

	return []*adapters.Message{ask("settings", ""), digestMessage(), ask("brief", "")}, nil
}

// digestMessage is a digest of two subscriptions.
func digestMessage() *adapters.Message {
	d := &adapters.Digest{Heading: locales.Builtin().English().Say("digest.yours"), More: 12}

	for i, n := range []int{0, 3, 8, 1, 4, 6} {
		story, query := dayNews[n], adapters.Follow{Number: 1, Query: "ferry OR storm OR fishing"}
		if i > 2 {
			query = adapters.Follow{Number: 2, Query: "bridge OR train OR tram"}
		}

		a := adapters.Alert{
			Title: story.title, URL: fmt.Sprintf("https://coast-courier.example/%d", n), Outlet: dayOutlets[0],
			Published: time.Now().Add(-time.Duration(story.hours) * time.Hour), Follows: []adapters.Follow{query},
		}
		for _, name := range dayOutlets[1:story.outlets] {
			a.Also = append(a.Also, adapters.Also{Outlet: name})
		}

		d.Alerts = append(d.Alerts, a)
	}

	out := &store.Outgoing{ID: 7, Digest: true, Chat: &store.Chat{ID: 1, Kind: string(adapters.Private)}, Alerts: make([]*store.Alert, len(d.Alerts)), More: d.More}

	return &adapters.Message{Digest: d, Buttons: story.AlertButtons(locales.Builtin().English(), out)}
}

func drawTelegramDay(ctx context.Context, dir string) (string, error) {
	w, a := newTelegram()
	defer w.Close()

	if err := sendDay(ctx, dir, a); err != nil {
		return "", err
	}

	columns, err := w.drawForms("", "8:00", "8:00", "8:00")
	if err != nil {
		return "", err
	}

	return fmt.Sprintf(pageOfColumns(telegramPage), columns...), nil
}

// sendDay sends the messages of a day.
func sendDay(ctx context.Context, dir string, a adapters.Adapter) error {
	all, err := dayMessages(ctx, dir, a)
	if err != nil {
		return err
	}

	for _, m := range all {
		if _, err := send(ctx, a, m); err != nil {
			return err
		}
	}

	return nil
}

func drawDiscordDay(ctx context.Context, dir string) (string, error) {
	w, a := newDiscord()
	defer w.Close()

	if err := sendDay(ctx, dir, a); err != nil {
		return "", err
	}

	columns, err := w.drawRaw("", "", "", "")
	if err != nil {
		return "", err
	}

	return fmt.Sprintf(pageOfColumns(discordPage), columns...), nil
}

func drawTerminalDay(ctx context.Context, dir string) (string, error) {
	var columns []any

	var screen bytes.Buffer

	a := terminal.New(terminal.Config{In: strings.NewReader(""), Out: &screen})

	all, err := dayMessages(ctx, dir, a)
	if err != nil {
		return "", err
	}

	for _, m := range all {
		screen.Reset()

		if _, err := send(ctx, a, m); err != nil {
			return "", err
		}

		// Chromium has no picture of a bell in a monospaced font.
		columns = append(columns, html.EscapeString(strings.TrimPrefix(strings.TrimSpace(screen.String()), "🔔 ")))
	}

	return fmt.Sprintf(terminalDay, columns...), nil
}

// pageOfColumns is a page of three columns, named after what stands in them.
func pageOfColumns(page string) string {
	style, column, _ := strings.Cut(page, `<div class="column">`)
	column, _, _ = strings.Cut(column, `<div class="column">`)
	page = strings.ReplaceAll(style, "width:856px", "width:1298px")

	for _, name := range []string{"/settings", "a digest", "/brief"} {
		page += `<div class="column">` + strings.ReplaceAll(column, "when it came", name)
	}

	return page
}

const terminalDay = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#1d1f24;color:#d6d9de;padding:22px;width:1298px;display:flex;gap:28px}
pre{font:13px/1.45 "DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:0;width:414px}.label{color:#7f8792}
</style><pre><span class="label">> /settings</span>

%s</pre><pre><span class="label">a digest</span>

%s</pre><pre><span class="label">> /brief</span>

%s</pre>`
