package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/docs/pictures/markdown"
)

// sentTo is what the adapter posts for a message, as Discord would get it.
func sentTo(ctx context.Context, m *adapters.Message) ([]string, error) {
	var (
		mu  sync.Mutex
		raw []string
	)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()

		if payload := r.FormValue("payload_json"); payload != "" {
			raw = append(raw, payload)
		} else if body, _ := io.ReadAll(r.Body); len(body) > 0 {
			raw = append(raw, string(body))
		}

		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"77"}`)
	}))
	defer server.Close()

	_, err := discord.New(discord.Config{Token: "drawing", APIURL: server.URL}).Send(ctx, adapters.Chat{Platform: "discord", Address: "42"}, m)

	return raw, err
}

// payload is a message of Discord's.
type payload struct {
	Content string
	Embeds  []struct {
		Title, URL, Description string
		Fields                  []struct{ Name, Value string }
		Footer                  struct{ Text string }
		Thumbnail, Image        *struct{ URL string }
	}
	Components []component
}

// component is one of Discord's. Source: "Component Reference".
type component struct {
	Type        int
	Style       int
	Content     string
	Label       string
	Placeholder string
	Components  []component
	Accessory   *component
}

// discordMessage draws a message with its embeds and components.
func discordMessage(ctx context.Context, m *adapters.Message) (string, error) {
	parts, err := sentTo(ctx, m)
	if err != nil {
		return "", err
	}

	var b strings.Builder

	b.WriteString(`<div class="post"><span class="face">🔔</span><div class="body"><span class="name">Newsbell</span><span class="app">APP</span><span class="when">14:03</span>`)

	for _, raw := range parts {
		var p payload
		if err := json.Unmarshal([]byte(raw), &p); err != nil {
			return "", err
		}

		if p.Content != "" {
			b.WriteString(`<div class="words" dir="auto">` + markdown.Draw(p.Content, nil) + `</div>`)
		}

		for i := range p.Embeds {
			e := &p.Embeds[i]

			b.WriteString(`<div class="embed" dir="auto">`)

			if e.Thumbnail != nil {
				b.WriteString(`<div class="thumb">` + harbour + `</div>`)
			}

			fmt.Fprintf(&b, `<div class="title %s">%s</div><div dir="auto">%s</div>`, map[bool]string{true: "plain"}[e.URL == ""], markdown.Draw(e.Title, nil), markdown.Draw(e.Description, nil))

			for _, f := range e.Fields {
				b.WriteString(`<div class="field"><b>` + markdown.Draw(f.Name, nil) + `</b><br>` + markdown.Draw(f.Value, nil) + `</div>`)
			}

			if e.Footer.Text != "" {
				b.WriteString(`<div class="footer" dir="auto">` + html.EscapeString(e.Footer.Text) + `</div>`)
			}

			b.WriteString(`</div>`)
		}

		b.WriteString(components(p.Components))
	}

	return b.String() + `</div></div>`, nil
}

// components draws rows of buttons, menus, and the texts of a page.
func components(all []component) string {
	var b strings.Builder

	for _, c := range all {
		switch c.Type {
		case 1:
			b.WriteString(`<div class="row">` + components(c.Components) + `</div>`)
		case 2:
			fmt.Fprintf(&b, `<span class="button style%d">%s</span>`, c.Style, html.EscapeString(c.Label))
		case 9:
			b.WriteString(components(c.Components))
		case 10:
			b.WriteString(`<div class="words" dir="auto">` + markdown.Draw(c.Content, nil) + `</div>`)
		case 12:
			b.WriteString(`<div class="gallery">` + harbour + `</div>`)
		case 14:
			b.WriteString(`<hr>`)
		case 17:
			b.WriteString(`<div class="embed">` + components(c.Components) + `</div>`)
		default:
			b.WriteString(`<span class="menu">` + html.EscapeString(c.Placeholder) + ` ⌄</span>`)
		}
	}

	return b.String()
}
