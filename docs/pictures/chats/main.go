// Command chats draws what the transcripts of the tests say of Telegram, as the app shows it:
// stories behind the bot's name and what a guest says, a topic for each subscription, and a group
// as two of its people see it. The transcripts are made from what the adapter really sent. From
// this folder, with Chromium installed:
//
//	go run .
//
// It writes inline-telegram.png, topics-telegram.png and whispers-telegram.png into the folder
// above.
package main

import (
	"context"
	"fmt"
	"html"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"newsbell/docs/pictures/screenshot"
)

func main() {
	if err := draw(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// picture is a page of columns.
type picture struct {
	name    string
	height  int
	columns []column
}

// column is what one person sees of a section of a transcript.
type column struct {
	file, section string
	label         string
	viewer        string // who looks at it
	topic         string // only what stands in that topic; "-": in none
	skip, most    int    // messages to leave out, and to show at most
}

func pictures() []picture {
	return []picture{
		{"inline-telegram", 670, []column{
			{"inline", "Behind the bot's name", "typed in any chat", "Ada", "", 0, 2},
			{"inline", "Family", "chosen, and a guest's answer", "Ada", "", 0, 6},
			{"inline", "Jan's chat", "the button above, in German", "Jan", "", 0, 9},
		}},
		{"topics-telegram", 700, []column{
			{"topics", "The chat, with topics", "the chat itself", "Ada", "-", 0, 9},
			{"topics", "The chat, with topics", "topic: drone", "Ada", "drone", 0, 9},
			{"topics", "The chat, with topics", "topic: parliament", "Ada", "parliament", 0, 9},
		}},
		{"whispers-telegram", 950, []column{
			{"whispers", "Desk", "the group, as Bo sees it", "Bo", "", 3, 9},
			{"whispers", "Desk", "the same, as Ada sees it", "Ada", "", 3, 9},
		}},
	}
}

func draw(ctx context.Context) error {
	for _, p := range pictures() {
		page := style

		for _, c := range p.columns {
			drawn, err := c.draw()
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}

			page += drawn
		}

		if err := screenshot.Draw(ctx, page, 16+442*len(p.columns), p.height, filepath.Join("..", p.name+".png")); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}

	return nil
}

// entry is a message of a transcript, or something that a person did.
type entry struct {
	from, topic, onlyFor string
	edited               bool
	lines                []string
}

var (
	began   = regexp.MustCompile(`^(bot|Newsbell \(guest\)|[A-Z]\w+(?: via @\w+)?)(?: in topic (\w+))?( \(edited\))?(?: \(only (\w+) sees it\))?(?: to [A-Z]\w+)?: (.*)$`)
	did     = regexp.MustCompile(`^([A-Z]\w+) (presses|sees|types|whispers):? (.*)$`)
	buttons = regexp.MustCompile(`^\s*(?:\[[^\]]+\] ?)+$`)
	button  = regexp.MustCompile(`\[([^\]]+)\]`)
	bold    = regexp.MustCompile(`\*([^*]+)\*`)
	italic  = regexp.MustCompile(`(^|\s)_([^_]+)_`)
	opened  = regexp.MustCompile(`^(/start) \S{10,}$`) // the app does not show what follows
	link    = regexp.MustCompile(`\[([^\]]+)\]\((?:[^)]+)\)`)
)

// section returns the lines below a heading of a transcript that begins with a name.
func section(file, name string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "bot", "testdata", file+".screen"))
	if err != nil {
		return nil, err
	}

	_, rest, ok := strings.Cut("\n"+string(text), "\n# "+name)
	if !ok {
		return nil, fmt.Errorf("no section %q in %s.screen", name, file)
	}

	rest, _, _ = strings.Cut(rest, "\n# ")

	return strings.Split(strings.TrimRight(rest, "\n"), "\n")[1:], nil
}

// read takes a section apart.
func read(lines []string) (entries []entry) {
	for _, line := range lines {
		if m := did.FindStringSubmatch(line); m != nil {
			entries = append(entries, entry{from: m[1] + " " + m[2], lines: []string{m[3]}})
		} else if m := began.FindStringSubmatch(line); m != nil {
			entries = append(entries, entry{m[1], m[2], m[4], m[3] != "", []string{m[5]}})
		} else if n := len(entries); n > 0 && line != "" {
			entries[n-1].lines = append(entries[n-1].lines, strings.TrimPrefix(line, "  "))
		}
	}

	return entries
}

func (c column) draw() (string, error) {
	lines, err := section(c.file, c.section)
	if err != nil {
		return "", err
	}

	body, shown := "", 0

	for _, e := range read(lines) {
		if !c.shows(e) {
			continue
		}

		if shown++; shown > c.skip && shown <= c.skip+c.most {
			body += c.drawEntry(e)
		}
	}

	return `<div class="column"><div class="label">` + html.EscapeString(c.label) + `</div>` + body + `</div>`, nil
}

// shows reports whether an entry is to be seen in the column.
func (c column) shows(e entry) bool {
	who, what, acted := strings.Cut(e.from, " ")

	switch {
	case acted && what != "(guest)" && !strings.HasPrefix(what, "via "):
		return what != "presses" && (who == c.viewer) && c.topic == ""
	case e.onlyFor != "" && e.onlyFor != c.viewer:
		return false
	case c.topic == "":
		return true
	}

	return e.topic == strings.TrimPrefix(c.topic, "-")
}

// drawEntry draws a message, a popup, or what stands behind the bot's name.
func (c column) drawEntry(e entry) string {
	who, what, _ := strings.Cut(e.from, " ")

	switch what {
	case "sees":
		return `<div class="popup">` + strings.ReplaceAll(inline(strings.Join(e.lines, "\n")), "\n", "<br>") + `<div class="ok">OK</div></div>`
	case "types":
		return drawOffers(e.lines)
	case "whispers":
		return bubble("mine", "", inline(e.lines[0]), "only you and the bot see this", nil)
	}

	side, note, name := "", "", e.from
	if who == c.viewer && what == "" {
		side, name = "mine", ""
	}

	if e.from == "bot" {
		name = ""
	}

	if e.onlyFor != "" {
		side, note = side+" only", "only you see this"
	}

	if e.edited {
		note = strings.TrimPrefix(note+" · edited", " · ")
	}

	var text, rows []string

	for _, line := range e.lines {
		if buttons.MatchString(line) {
			rows = append(rows, line)
		} else {
			text = append(text, inline(opened.ReplaceAllString(line, "$1")))
		}
	}

	return bubble(side, name, strings.Join(text, "<br>"), note, rows)
}

func bubble(side, name, text, note string, rows []string) string {
	out := `<div class="bubble ` + side + `">`
	if name != "" {
		out += `<div class="name">` + html.EscapeString(name) + `</div>`
	}

	out += text

	if note != "" {
		out += `<div class="note">` + html.EscapeString(note) + `</div>`
	}

	out += `</div>`

	for _, row := range rows {
		out += `<div class="row ` + side + `">`
		for _, b := range button.FindAllStringSubmatch(row, -1) {
			out += `<span class="button">` + html.EscapeString(b[1]) + `</span>`
		}

		out += `</div>`
	}

	return out
}

// drawOffers draws what is typed, and above it what there is to choose from.
func drawOffers(lines []string) string {
	out := `<div class="offers">`

	for _, line := range lines[1:] {
		switch {
		case buttons.MatchString(line):
			out += `<div class="above">` + html.EscapeString(strings.Trim(line, "[] ")) + `</div>`
		case strings.HasPrefix(line, " "):
			out += `<div class="about">` + html.EscapeString(strings.TrimSpace(line)) + `</div>`
		default:
			_, title, _ := strings.Cut(line, ". ")
			out += `<div class="title">` + html.EscapeString(title) + `</div>`
		}
	}

	return out + `</div><div class="input">` + html.EscapeString(lines[0]) + `</div>`
}

// inline writes the marks of a transcript as HTML.
func inline(s string) string {
	s = html.EscapeString(s)
	s = link.ReplaceAllString(s, "<a>$1</a>")
	s = bold.ReplaceAllString(s, "<b>$1</b>")

	return italic.ReplaceAllString(s, "$1<i>$2</i>")
}

const style = `<!doctype html><meta charset="utf-8"><style>
body{margin:0;background:#c8d8b8;font:15px/1.35 "Liberation Sans",Arial,sans-serif;display:flex;gap:28px;padding:22px}
.column{width:414px;flex:none}.label{color:#4c5f3d;font-weight:bold;margin:0 0 8px 4px}
.bubble{background:#fff;border-radius:14px;padding:8px 12px;margin-top:8px;width:fit-content;max-width:370px;min-width:120px;overflow-wrap:anywhere;box-shadow:0 1px 1px #0003}
.mine{background:#e3fbd0;margin-left:auto}.only{border:1.5px dashed #8fa47e}.name{color:#b5653a;font-weight:bold;font-size:14px}.note{color:#8b9aa7;font-size:12px;text-align:right}
a{color:#2678b6}.row{display:flex;gap:4px;margin-top:4px;width:394px}.row.mine,.row.only{background:none;border:0}.button{flex:1;text-align:center;background:#5d7a4dcc;color:#fff;border-radius:8px;padding:8px 4px;font-size:14px;font-weight:bold}
.popup{background:#fff;border-radius:14px;padding:16px 18px 10px;margin:14px auto;width:320px;box-shadow:0 6px 24px #0006;font-size:14px}.ok{color:#2678b6;font-weight:bold;text-align:right;margin-top:8px}
.offers{background:#fff;border-radius:12px 12px 0 0;margin-top:14px;padding:2px 12px 8px}.above{color:#2678b6;font-weight:bold;text-align:center;padding:8px;border-bottom:1px solid #e4e9ee}
.title{font-weight:bold;margin-top:8px}.about{color:#6d7983;font-size:13px}.input{background:#fff;border-top:1px solid #dfe5ea;border-radius:0 0 12px 12px;padding:10px 12px;color:#222}
</style>`
