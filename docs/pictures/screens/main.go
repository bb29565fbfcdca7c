// Command screens draws what the bot's tests were shown on their strict Discord as its client
// shows it: pages, messages, buttons, menus and forms, with who sees them. From the root
// folder, with Chromium installed:
//
//	go test ./bot -run 'OnDiscord$' -payloads.to /tmp
//	go run ./docs/pictures/screens -steps 1,3,4,5 /tmp/discord-panel.json docs/pictures/discord-panel.png
//	go run ./docs/pictures/screens /tmp/discord-account.json docs/pictures/discord-account.png
//	go run ./docs/pictures/screens /tmp/discord-message-commands.json docs/pictures/discord-message-commands.png
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"newsbell/docs/pictures/markdown"
	"newsbell/docs/pictures/screenshot"
)

func main() {
	steps := flag.String("steps", "", "which steps are drawn, from 1: \"1,3\"; all if none is named")

	flag.Parse()

	if flag.NArg() != 2 {
		log.Fatal("name the payloads and the picture to write")
	}

	if err := drawScreens(context.Background(), flag.Arg(0), *steps, flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

// frame is what somebody did and what they were shown.
type frame struct {
	Did    string
	Hidden bool
	Shown  message
	Names  []string // ids, each with the name that stands for it
}

// message is one of Discord's, or, with a title, a form.
type message struct {
	Content    string
	Embeds     []struct{ Title, URL, Description string }
	Components []component
	Title      string
}

// component is one of Discord's. Source: "Component Reference".
type component struct {
	Type        int
	Style       int
	Content     string
	Label       string
	Description string
	Placeholder string
	Value       string
	Options     []struct {
		Label   string
		Default bool
	}
	Components []component
	Component  *component
	Defaults   []struct{ ID string } `json:"default_values"`
}

// Types of components.
const (
	actionRow   = 1
	button      = 2
	textDisplay = 10
	separator   = 14
	container   = 17
)

const dangerStyle = 4

func drawScreens(ctx context.Context, payloads, steps, picture string) error {
	raw, err := os.ReadFile(filepath.Clean(payloads))
	if err != nil {
		return err
	}

	var frames []frame
	if err := json.Unmarshal(raw, &frames); err != nil {
		return err
	}

	var body strings.Builder

	body.WriteString(style)

	for i, f := range frames {
		if steps == "" || slices.Contains(strings.Split(steps, ","), strconv.Itoa(i+1)) {
			body.WriteString(f.html())
		}
	}

	return screenshot.DrawCut(ctx, body.String(), 1120, 4000, picture)
}

func (f *frame) html() string {
	var b strings.Builder

	fmt.Fprintf(&b, `<div class="frame"><div class="did">%s</div>`, html.EscapeString(f.Did))

	if f.Shown.Title != "" {
		b.WriteString(f.form() + `</div>`)
		return b.String()
	}

	b.WriteString(`<span class="name">Newsbell</span><span class="app">APP</span>`)

	if f.Shown.Content != "" {
		b.WriteString(`<div class="words">` + markdown.Draw(f.Shown.Content, f.nameOf) + `</div>`)
	}

	for _, e := range f.Shown.Embeds {
		fmt.Fprintf(&b, `<div class="embed"><b>%s</b><div>%s</div></div>`, html.EscapeString(e.Title), markdown.Draw(e.Description, f.nameOf))
	}

	for _, c := range f.Shown.Components {
		switch c.Type {
		case container:
			b.WriteString(`<div class="container">` + f.inner(c.Components) + `</div>`)
		case actionRow:
			b.WriteString(`<div class="row">` + f.inner(c.Components) + `</div>`)
		}
	}

	if f.Hidden {
		b.WriteString(`<div class="only">Only you can see this &bull; <a>Dismiss message</a></div>`)
	}

	b.WriteString(`</div>`)

	return b.String()
}

// inner draws what stands in a container or row.
func (f *frame) inner(all []component) string {
	var b strings.Builder

	for _, c := range all {
		switch c.Type {
		case button:
			class := "button"
			if c.Style == dangerStyle {
				class += " danger"
			}

			fmt.Fprintf(&b, `<span class="%s">%s</span>`, class, html.EscapeString(c.Label))
		case textDisplay:
			b.WriteString(`<div class="words">` + markdown.Draw(c.Content, f.nameOf) + `</div>`)
		case separator:
			b.WriteString(`<hr>`)
		default: // a menu
			fmt.Fprintf(&b, `<span class="menu"><span>%s</span><i>&#8964;</i></span>`, f.picked(c))
		}
	}

	return b.String()
}

// picked is what a menu shows: what is picked already, or its hint.
func (f *frame) picked(c component) string {
	var all []string

	for _, one := range c.Defaults {
		all = append(all, `<span class="role">@`+html.EscapeString(f.nameOf(one.ID))+`</span>`)
	}

	for _, o := range c.Options {
		if o.Default {
			all = append(all, html.EscapeString(o.Label))
		}
	}

	return cmp.Or(strings.Join(all, " "), `<span class="hint">`+html.EscapeString(c.Placeholder)+`</span>`)
}

func (f *frame) nameOf(id string) string {
	if i := slices.Index(f.Names, id); i >= 0 && i+1 < len(f.Names) {
		return f.Names[i+1]
	}

	return id
}

// form draws a form with its fields.
func (f *frame) form() string {
	var b strings.Builder

	fmt.Fprintf(&b, `<div class="form"><div class="title">%s</div>`, html.EscapeString(f.Shown.Title))

	for _, c := range f.Shown.Components {
		if c.Component == nil {
			continue
		}

		held := html.EscapeString(c.Component.Value)
		if held == "" {
			held = `<span class="hint">` + html.EscapeString(c.Component.Placeholder) + `</span>`
		}

		fmt.Fprintf(&b, `<div class="label">%s</div><div class="hint">%s</div><div class="field">%s</div>`, html.EscapeString(c.Label), html.EscapeString(c.Description), held)
	}

	b.WriteString(`<div class="end"><span class="button">Cancel</span><span class="button submit">Submit</span></div></div>`)

	return b.String()
}
