package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"log/slog"
	"path/filepath"
	"strings"

	"newsbell/adapters"
	"newsbell/adapters/terminal"
	"newsbell/bot"
	"newsbell/bot/turn"
)

// monthNews are the stories of a month about ferries: now and then one, and a strike.
func monthNews() (stories []told) {
	for day, perDay := range []int{1, 0, 2, 4, 5, 3, 2, 1, 0, 1, 0, 2, 1, 1, 0, 0, 1, 0, 1, 2, 0, 1, 0, 0, 1, 1, 0, 2, 0} {
		for n := range perDay {
			stories = append(stories, told{fmt.Sprintf("Ferry timetable changes on line %d", 100*day+n), 24*day + 2 + n, 1 + (day+n)%3})
		}
	}

	return append(stories, told{"Ferry strike strands 1,400 at Gdynia", 24*4 + 1, 5})
}

// sendTrend sends what the bot answers to /trend.
func sendTrend(ctx context.Context, dir string, a adapters.Adapter) error {
	platform := a.Platform()

	s, err := newsStore(ctx, filepath.Join(dir, "trend-"+platform+".db"), monthNews())
	if err != nil {
		return err
	}
	defer s.Close()

	b := bot.New(bot.Config{Config: turn.Config{Store: s, Log: slog.New(slog.DiscardHandler), Adapters: map[string]adapters.Adapter{platform: a}}})

	m := b.Answer(ctx, &adapters.Request{
		Key: "1", Kind: adapters.CommandRequest, Command: "trend", Text: "ferry", User: adapters.User{ID: "1", Language: "en"},
		Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: "42"}, Kind: adapters.Private},
	})
	_, err = send(ctx, a, m)

	return err
}

// showFiles shows the pictures that came along.
func (w *wire) showFiles() string {
	shown := ""
	for _, png := range w.files {
		shown += `<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(png) + `">`
	}

	return shown
}

func drawTelegramTrend(ctx context.Context, dir string) (string, error) {
	w, a := newTelegram()
	defer w.Close()

	if err := sendTrend(ctx, dir, a); err != nil {
		return "", err
	}

	columns, err := w.drawForms(w.showFiles(), "14:03")
	if err != nil {
		return "", err
	}

	return singleMessage(telegramPage, columns), nil
}

func drawDiscordTrend(ctx context.Context, dir string) (string, error) {
	w, a := newDiscord()
	defer w.Close()

	if err := sendTrend(ctx, dir, a); err != nil {
		return "", err
	}

	columns, err := w.drawRaw(w.showFiles(), "")
	if err != nil {
		return "", err
	}

	return singleMessage(discordPage, append([]any{`<span class="name">Newsbell</span><span class="app">APP</span>`}, columns...)), nil
}

func drawTerminalTrend(ctx context.Context, dir string) (string, error) {
	var screen bytes.Buffer

	if err := sendTrend(ctx, dir, terminal.New(terminal.Config{In: strings.NewReader(""), Out: &screen})); err != nil {
		return "", err
	}

	style, _, _ := strings.Cut(terminalDay, "</style>")

	return style + `</style><pre><span class="label">> /trend ferry</span>` + "\n\n" + html.EscapeString(strings.TrimSpace(screen.String())) + `</pre>`, nil
}

// singleMessage is a message, of one part after the other, in the style of a page.
func singleMessage(page string, message []any) string {
	style, _, _ := strings.Cut(page, "</style>")

	return style + `a{color:#00a8fc}img{display:block;width:100%;border-radius:6px}.bubble img{border-radius:0}</style><div class="column"><div class="label">/trend ferry</div>` + fmt.Sprint(message...) + `</div>`
}
