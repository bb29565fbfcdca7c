package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"newsbell/adapters"
	"newsbell/bot"
	"newsbell/bot/turn"
	"newsbell/cli"
	"newsbell/docs/pictures/markdown"
	"newsbell/store"
)

// relatedNews are three articles of which two are related to the first, as the tests have them.
const relatedNews = "../../../cli/testdata/related"

// storyPage is what the bot answers to /story in a chat, after the program has read the news.
func storyPage(ctx context.Context, dir, platform string) (*adapters.Message, error) {
	database := filepath.Join(dir, platform+".db")
	if code := cli.Run(ctx, []string{"demo", "--news", relatedNews, "--database", database, "--json"}, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		return nil, fmt.Errorf("the demo ended with %d", code)
	}

	s, err := store.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer s.Close()

	b := bot.New(bot.Config{Config: turn.Config{Store: s, Log: slog.New(slog.DiscardHandler)}})
	ask := func(key, command, text string) *adapters.Message {
		return b.Answer(ctx, &adapters.Request{
			Key: key, Kind: adapters.CommandRequest, Command: command, Text: text, User: adapters.User{ID: "1", Language: "en"},
			Chat: adapters.ChatInfo{Chat: adapters.Chat{Platform: platform, Address: "42"}, Kind: adapters.Private},
		})
	}

	ask("1", "subscribe", "kim")

	m := ask("2", "story", "https://www.meridianwire.example/kim")
	if m == nil || !m.Page || m.Picture == "" {
		return nil, fmt.Errorf("/story is answered with %+v", m)
	}

	return m, nil
}

func drawTelegramStory(ctx context.Context, dir string) (string, error) {
	w, a := newTelegram()
	defer w.Close()

	m, err := storyPage(ctx, dir, a.Platform())
	if err != nil {
		return "", err
	}

	if _, err := send(ctx, a, m); err != nil {
		return "", err
	}

	columns, err := w.drawForms(meeting, "14:03")
	if err != nil {
		return "", err
	}

	return fmt.Sprintf(telegramStory, columns...), nil
}

func drawDiscordStory(ctx context.Context, dir string) (string, error) {
	w, a := newDiscord()
	defer w.Close()

	m, err := storyPage(ctx, dir, a.Platform())
	if err != nil {
		return "", err
	}

	if _, err := send(ctx, a, m); err != nil {
		return "", err
	}

	if len(w.raw) != 1 {
		return "", errNothing
	}

	return discordPageOf(w.raw[0])
}

// component is one of Discord's, as far as pages have them.
type component struct {
	Type       int
	Content    string
	Label      string
	Components []component
}

// discordPageOf draws a message of components alone.
func discordPageOf(raw string) (string, error) {
	var m struct{ Components []component }
	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return "", err
	}

	var b strings.Builder

	for _, c := range m.Components {
		if c.Type == 17 {
			b.WriteString(`<div class="container">`)
		} else {
			b.WriteString(`<div class="row">`)
		}

		for _, inner := range c.Components {
			switch inner.Type {
			case 2:
				b.WriteString(`<span class="button">` + html.EscapeString(inner.Label) + `</span>`)
			case 10:
				b.WriteString(`<div class="words">` + markdown.Draw(inner.Content, nil) + `</div>`)
			case 12:
				b.WriteString(`<div class="gallery">` + meeting + `</div>`)
			case 14:
				b.WriteString(`<hr>`)
			}
		}

		b.WriteString(`</div>`)
	}

	return fmt.Sprintf(discordStory, b.String()), nil
}

// meeting stands for the picture of the article: two people at a table.
const meeting = `<svg viewBox="0 0 560 240" preserveAspectRatio="xMidYMid slice" width="100%" height="100%"><defs><linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#8c6b52"/><stop offset="1" stop-color="#c9a98a"/></linearGradient></defs>
<rect width="560" height="240" fill="url(#wall)"/><path d="M60 20h120v110H60zM220 20h120v110H220zM380 20h120v110H380z" fill="#e9dcc8" stroke="#6d5340" stroke-width="5"/><path d="M120 20v110M280 20v110M440 20v110" stroke="#6d5340" stroke-width="3"/>
<circle cx="200" cy="108" r="24" fill="#e3b793"/><path d="M152 205q0-66 48-66t48 66z" fill="#2d3442"/><circle cx="360" cy="108" r="24" fill="#dcae8a"/><path d="M312 205q0-66 48-66t48 66z" fill="#45503f"/><path d="M236 178l44 6 44-6-4 16-40 4-40-4z" fill="#e3b793"/>
<rect y="200" width="560" height="40" fill="#54392a"/><path d="M272 200v-26h16v26z" fill="#f3efe6"/><path d="M280 174q-14-16 0-26 14 10 0 26z" fill="#b8433a"/></svg>`

const telegramStory = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#c8d8b8;font:15px/1.38 "Liberation Sans",Arial,sans-serif;padding:22px 170px;width:560px}
.bubble{background:#fff;border-radius:14px;overflow:hidden;box-shadow:0 1px 1px #0003}.bubble svg{display:block;height:240px}
.text{padding:10px 14px}.text a{color:#2678b6;text-decoration:none}.stamp{float:right;color:#8b9aa7;font-size:12px;margin-top:5px}
blockquote{margin:0;padding:5px 12px;border-left:3px solid #3a8cc7;background:#3a8cc714;border-radius:4px}i{color:#55646f}
.row{display:flex;gap:4px;margin-top:4px}.button{flex:1;text-align:center;background:#5d7a4dcc;color:#fff;border-radius:8px;padding:8px 4px;font-size:14px;font-weight:bold}
</style>%s`

const discordStory = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#313338;color:#dbdee1;font:15px/1.4 "Liberation Sans",Arial,sans-serif;padding:22px 160px;width:580px}
.name{color:#f2f3f5;font-weight:bold}.app{background:#5865f2;color:#fff;font-size:10px;border-radius:3px;padding:1px 4px;margin-left:4px}
.container{background:#393a41;border:1px solid #45464e;border-radius:8px;padding:16px;margin-top:6px}.gallery{height:240px;border-radius:6px;overflow:hidden;margin-bottom:10px}
hr{border:0;border-top:1px solid #4b4d55;margin:10px 0}a{color:#00a8fc}b{color:#f2f3f5}small{display:block;color:#b5bac1;font-size:12px}.moment{background:#4a4c55;border-radius:3px;padding:0 2px}
.quote{border-left:4px solid #65676f;padding-left:10px}.row{display:flex;gap:8px;margin-top:8px}.button{background:#4e5058;color:#fff;border-radius:6px;padding:6px 12px;font-size:14px}
</style><span class="name">Newsbell</span><span class="app">APP</span>%s`
