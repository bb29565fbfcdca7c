// Command alerts draws an alert as Telegram and Discord show it, before and after another
// outlet has joined its story, a story's page with what is related, and the settings, a digest,
// a brief and a trend, those at a terminal, too: what the adapters really send, taken at the wire, as a
// page in the style of each app, and as a picture of it. From this folder, with Chromium
// installed:
//
//	go run .
//
// It writes alert-telegram.png, alert-discord.png, story-telegram.png, story-discord.png,
// and of day and trend one for each of telegram, discord and terminal, into the folder above.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/telegram"
	"newsbell/bot/story"
	"newsbell/docs/pictures/markdown"
	"newsbell/docs/pictures/screenshot"
	"newsbell/locales"
	"newsbell/store"
)

func main() {
	if err := drawPictures(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func drawPictures(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "alerts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	pages := []struct {
		name   string
		height int // of the picture; its width is 900, of a day 1342, of a trend 458
		draw   func(context.Context, string) (string, error)
	}{
		{"alert-telegram", 500, drawTelegram},
		{"alert-discord", 470, drawDiscord},
		{"story-telegram", 790, drawTelegramStory},
		{"story-discord", 820, drawDiscordStory},
		{"day-telegram", 480, drawTelegramDay},
		{"day-discord", 540, drawDiscordDay},
		{"day-terminal", 510, drawTerminalDay},
		{"trend-telegram", 530, drawTelegramTrend},
		{"trend-discord", 520, drawDiscordTrend},
		{"trend-terminal", 250, drawTerminalTrend},
	}

	for _, page := range pages {
		body, err := page.draw(ctx, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}

		width := 900

		switch kind, _, _ := strings.Cut(page.name, "-"); kind {
		case "day":
			width = 1342
		case "trend":
			width = 458
		}

		if err := screenshot.Draw(ctx, body, width, page.height, filepath.Join("..", page.name+".png")); err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
	}

	return nil
}

// sampleAlert is the alert of a story that some outlets have joined.
func sampleAlert(joined ...adapters.Also) *adapters.Message {
	a := &adapters.Alert{
		Title: "Harbour bridge in Gdynia closed after a crack is found", URL: "https://coast-courier.example/2026/bridge",
		Outlet: "Coast Courier", Published: time.Now().Add(-4 * time.Minute), Image: "https://coast-courier.example/bridge.jpg", Credit: "A. Nowak/Coast Courier",
		Summary: "Engineers closed the Kwiatkowski bridge to lorries on Monday after a routine inspection found a crack in a steel girder. " +
			"Traffic to the container terminal is being sent through the city.",
		Matched: []string{"Gdynia", "bridge"}, Follows: []adapters.Follow{{Number: 1, Query: "gdynia bridge"}}, Also: joined,
	}

	if len(joined) > 0 {
		a.Published = time.Now().Add(-41 * time.Minute)
	}

	out := &store.Outgoing{Chat: &store.Chat{ID: 1, Kind: string(adapters.Private)}, Alerts: []*store.Alert{{ID: 1, Story: 1}}}

	return &adapters.Message{Alert: a, Buttons: story.AlertButtons(locales.Builtin().English(), out)}
}

func joiningOutlets() []adapters.Also {
	return []adapters.Also{
		{Outlet: "Baltic Post", URL: "https://baltic-post.example/bridge", Published: time.Now().Add(-28 * time.Minute)},
		{Outlet: "Harbour Radio", URL: "https://harbour-radio.example/bridge", Published: time.Now().Add(-3 * time.Minute)},
	}
}

// wire is a platform that keeps what it is sent and says yes to all.
type wire struct {
	*httptest.Server
	mu     sync.Mutex
	answer string
	forms  []url.Values
	raw    []string
	files  [][]byte // that came along, in order
}

func newWire(answer string) *wire {
	w := &wire{answer: answer}
	w.Server = httptest.NewServer(w)

	return w
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		w.takeFile(r)
	} else if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		body, _ := io.ReadAll(r.Body)
		w.raw = append(w.raw, string(body))
	} else if err := r.ParseForm(); err == nil && r.Form.Get("text") != "" {
		w.forms = append(w.forms, r.Form)
	}

	rw.Header().Set("Content-Type", "application/json")
	fmt.Fprint(rw, w.answer)
}

// takeFile keeps a message that has a file: its form, or Discord's payload.
func (w *wire) takeFile(r *http.Request) {
	if r.ParseMultipartForm(10<<20) != nil {
		return
	}

	for _, headers := range r.MultipartForm.File {
		file, err := headers[0].Open()
		if err != nil {
			return
		}

		body, _ := io.ReadAll(file)
		w.files = append(w.files, body)
		_ = file.Close()
	}

	if payload := r.Form.Get("payload_json"); payload != "" {
		w.raw = append(w.raw, payload)
		return
	}

	r.Form.Set("text", r.Form.Get("caption"))
	r.Form.Set("link_preview_options", "show_above_text")
	w.forms = append(w.forms, r.Form)
}

var errNothing = errors.New("the adapter sent something else than a message and an edit")

// newTelegram and newDiscord are an adapter and the platform that it talks to.
func newTelegram() (*wire, adapters.Adapter) {
	w := newWire(`{"ok":true,"result":{"message_id":7,"id":1,"is_bot":true,"first_name":"Newsbell","username":"newsbell_bot","date":1,"chat":{"id":42,"type":"private"}}}`)
	return w, telegram.New(telegram.Config{Token: "1:drawing", APIURL: w.URL})
}

func newDiscord() (*wire, adapters.Adapter) {
	w := newWire(`{"id":"77"}`)
	return w, discord.New(discord.Config{Token: "drawing", APIURL: w.URL})
}

// send sends a message to the one chat of a platform.
func send(ctx context.Context, a adapters.Adapter, m *adapters.Message) (ref string, err error) {
	return a.Send(ctx, adapters.Chat{Platform: a.Platform(), Address: "42"}, m)
}

// sendAndEdit sends the alert, and edits it when other outlets have joined.
func sendAndEdit(ctx context.Context, a adapters.Adapter) error {
	ref, err := send(ctx, a, sampleAlert())
	if err != nil {
		return err
	}

	return a.Edit(ctx, adapters.Chat{Platform: a.Platform(), Address: "42"}, ref, sampleAlert(joiningOutlets()...))
}

func drawTelegram(ctx context.Context, _ string) (string, error) {
	w, a := newTelegram()
	defer w.Close()

	if err := sendAndEdit(ctx, a); err != nil {
		return "", err
	}

	columns, err := w.drawForms(harbour, "14:03", "edited 14:03")
	if err != nil {
		return "", err
	}

	return fmt.Sprintf(telegramPage, columns...), nil
}

// drawForms draws the messages that Telegram was sent, which are as many as there are times to
// show below them.
func (w *wire) drawForms(image string, times ...string) (columns []any, err error) {
	return drawEach(w.forms, times, func(form url.Values, at string) (string, error) { return telegramMessage(form, image, at) })
}

// drawEach draws messages that were sent, each with what is to be shown with it.
func drawEach[T any](sent []T, with []string, draw func(T, string) (string, error)) (columns []any, err error) {
	if len(sent) != len(with) {
		return nil, errNothing
	}

	for i, one := range sent {
		column, err := draw(one, with[i])
		if err != nil {
			return nil, err
		}

		columns = append(columns, column)
	}

	return columns, nil
}

// telegramMessage draws a message with its picture, time and buttons.
func telegramMessage(form url.Values, image, at string) (string, error) {
	text := strings.ReplaceAll(strings.ReplaceAll(form.Get("text"), "</blockquote>\n", "</blockquote>"), "\n", "<br>")
	text = strings.ReplaceAll(text, "tg-time", "span")

	var keyboard struct {
		Rows [][]struct{ Text string } `json:"inline_keyboard"`
	}

	if markup := form.Get("reply_markup"); markup != "" {
		if err := json.Unmarshal([]byte(markup), &keyboard); err != nil {
			return "", err
		}
	}

	buttons := ""
	for _, row := range keyboard.Rows {
		buttons += `<div class="row">`
		for _, b := range row {
			buttons += `<span class="button">` + html.EscapeString(b.Text) + `</span>`
		}

		buttons += `</div>`
	}

	picture := ""
	if strings.Contains(form.Get("link_preview_options"), "show_above_text") {
		picture = image
	}

	return `<div class="bubble">` + picture + `<div class="text">` + text + `<span class="stamp">` + at + `</span></div></div>` + buttons, nil
}

func drawDiscord(ctx context.Context, _ string) (string, error) {
	w, a := newDiscord()
	defer w.Close()

	if err := sendAndEdit(ctx, a); err != nil {
		return "", err
	}

	columns, err := w.drawRaw("", "", `<span class="edited">(edited)</span>`)
	if err != nil {
		return "", err
	}

	return fmt.Sprintf(discordPage, columns...), nil
}

// embed is one of Discord's, as far as alerts and digests have it.
type embed struct {
	Title, URL, Description string
	Fields                  []struct{ Name, Value string }
	Footer                  struct{ Text string }
	Thumbnail               *struct{ URL string }
}

func discordEmbed(e embed) string {
	title := "title"
	if e.URL == "" { // it leads nowhere
		title = "title plain"
	}

	body := `<div class="embed"><div class="words"><div class="` + title + `">` + html.EscapeString(e.Title) + `</div><div>` + markdown.Draw(e.Description, nil) + `</div>`
	for _, f := range e.Fields {
		body += `<div class="field"><b>` + html.EscapeString(f.Name) + `</b><br>` + markdown.Draw(f.Value, nil) + `</div>`
	}

	body += `<div class="footer">` + html.EscapeString(e.Footer.Text) + `</div></div>`
	if e.Thumbnail != nil {
		body += `<div class="thumb">` + harbour + `</div>`
	}

	body += `</div>`

	return body
}

// drawRaw draws the messages that Discord was sent, with a file below their text; as many as there
// are marks to show at their end.
func (w *wire) drawRaw(file string, marks ...string) (columns []any, err error) {
	return drawEach(w.raw, marks, func(raw, mark string) (string, error) { return discordMessage(raw, file, mark) })
}

func discordMessage(raw, file, mark string) (string, error) {
	var m struct {
		Content    string
		Embeds     []embed
		Components []struct{ Components []struct{ Label string } }
	}

	if err := json.Unmarshal([]byte(raw), &m); err != nil {
		return "", err
	}

	if len(m.Embeds) > 1 {
		return "", errNothing
	}

	body := file
	if m.Content != "" {
		body = "<br>" + markdown.Draw(m.Content, nil) + file
	}

	if len(m.Embeds) > 0 {
		body += discordEmbed(m.Embeds[0])
	}

	body += mark

	for _, row := range m.Components {
		body += `<div class="row">`
		for _, b := range row.Components {
			body += `<span class="button">` + html.EscapeString(b.Label) + `</span>`
		}

		body += `</div>`
	}

	return body, nil
}

// harbour stands for the picture of the article.
const harbour = `<svg viewBox="0 0 400 190" preserveAspectRatio="xMidYMid slice" width="100%" height="100%"><defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f4b183"/><stop offset="1" stop-color="#8fb4d9"/></linearGradient></defs>
<rect width="400" height="190" fill="url(#sky)"/><rect y="135" width="400" height="55" fill="#44688c"/><path d="M0 105H400V114H0z" fill="#333f4f"/><path d="M40 135V60M40 60L0 105M40 60L130 105M200 135V60M200 60L110 105M200 60L290 105M360 135V60M360 60L270 105M360 60L400 80" stroke="#333f4f" stroke-width="5" fill="none"/><path d="M232 150h86l-12 16h-62z" fill="#b5442e"/><path d="M250 132h16v18h-16zM272 138h16v12h-16z" fill="#eee"/></svg>`

const telegramPage = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#c8d8b8;font:15px/1.35 "Liberation Sans",Arial,sans-serif;display:flex;gap:28px;padding:22px;width:856px}
.column{width:414px}.label{color:#4c5f3d;font-weight:bold;margin:0 0 8px 4px}
.bubble{background:#fff;border-radius:14px;overflow:hidden;box-shadow:0 1px 1px #0003}.bubble svg{display:block;height:170px}
.text{padding:8px 12px 8px}.text a{color:#2678b6;text-decoration:none}.stamp{float:right;color:#8b9aa7;font-size:12px;margin-top:5px}
.row{display:flex;gap:4px;margin-top:4px}.button{flex:1;text-align:center;background:#5d7a4dcc;color:#fff;border-radius:8px;padding:8px 4px;font-size:14px;font-weight:bold}
</style><div class="column"><div class="label">when it came</div>%s</div><div class="column"><div class="label">half an hour later</div>%s</div>`

const discordPage = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#313338;color:#dbdee1;font:15px/1.4 "Liberation Sans",Arial,sans-serif;display:flex;gap:28px;padding:22px;width:856px}
.column{width:414px}.label{color:#949ba4;font-weight:bold;margin:0 0 8px}.name{color:#f2f3f5;font-weight:bold}.app{background:#5865f2;color:#fff;font-size:10px;border-radius:3px;padding:1px 4px;margin-left:4px}
.embed{background:#2b2d31;border-left:4px solid #c9a227;border-radius:4px;padding:12px 14px;margin-top:6px;display:flex;gap:12px}.words{flex:1}
.title{color:#00a8fc;font-weight:bold;margin-bottom:6px}.title.plain{color:#f2f3f5}.thumb{width:80px;height:80px;border-radius:4px;overflow:hidden;flex:none}
.embed a{color:#00a8fc}.moment{background:#3f4147;border-radius:3px;padding:0 2px}.field{margin-top:10px;font-size:14px}.footer{color:#b5bac1;font-size:12px;margin-top:10px}.edited{color:#949ba4;font-size:11px}small{display:block;color:#b5bac1;font-size:12px}
.row{display:flex;gap:8px;margin-top:8px}.button{background:#4e5058;color:#fff;border-radius:4px;padding:6px 12px;font-size:14px}
</style><div class="column"><div class="label">when it came</div><span class="name">Newsbell</span><span class="app">APP</span>%s</div><div class="column"><div class="label">half an hour later</div><span class="name">Newsbell</span><span class="app">APP</span>%s</div>`
