package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/adapterstest"
	"newsbell/adapters/discord/markdown"
	"newsbell/adapters/discordtest"
)

var update = flag.Bool("update", false, "write the expected files anew")

// golden compares got with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	adapterstest.Golden(t, filepath.Join("testdata", name), got, *update)
}

func wireForm(t testing.TB, parts []*payload) string {
	t.Helper()

	var b bytes.Buffer
	for _, p := range parts {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")

		if err := e.Encode(p); err != nil {
			t.Fatal(err)
		}
	}

	return b.String()
}

func sampleDigest(n int) *adapters.Digest {
	d := &adapters.Digest{Heading: "While you were away", More: 7}
	for i := range n {
		d.Alerts = append(d.Alerts, adapters.Alert{
			Title: fmt.Sprintf("[Video] Story *%d* of the day", i+1), URL: fmt.Sprintf("https://example.org/wiki/Story_(%d)", i+1),
			Outlet: "Daily_Bell", Published: time.Date(2026, 11, 23, 7, i%60, 0, 0, time.UTC),
			Follows: []adapters.Follow{{Number: 4 + i/2, Query: "story *new*"}},
		})
	}

	return d
}

func sampleList() adapters.Text {
	return adapters.Text{
		{adapters.Bold("This chat follows")},
		{},
		{adapters.Plain("1. "), adapters.Code("drone -toy"), adapters.Plain(" · 14 in 7 days, newest "), {Text: "today", Time: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}},
		{adapters.Plain("2. "), adapters.Code("a `tick`"), adapters.Plain(" · in "), adapters.Link("Daily [Bell]", "https://example.org/feed_one")},
		{{Text: "dron OR (kyiv", Style: adapters.StylePre}},
		{{Text: "        ^", Style: adapters.StylePre}},
		{adapters.Plain("# not a heading")},
		{adapters.Plain("- not a list, *not bold*, https://example.org/a_b_c, @everyone")},
		{{Text: "That is all.", Style: adapters.StyleDim}},
	}
}

func TestGoldenMessages(t *testing.T) {
	buttons := [][]adapters.Button{{{Label: "Why", Data: "why 12"}, {Label: "Mute", Data: "mute 12", Danger: true}, {Label: "elsewhere", Start: "x"}}}
	for name, m := range map[string]*adapters.Message{
		"alert.json":      {Alert: sampleAlert(), Buttons: buttons, Nonce: "m123", Pings: []string{"4711"}},
		"alert-bare.json": {Alert: &adapters.Alert{Title: "Only a title"}},
		"digest.json":     {Digest: sampleDigest(3), Silent: true, Nonce: "m124"},
		"list.json":       {Text: sampleList(), Buttons: buttons},
	} {
		golden(t, name, wireForm(t, renderMessage(m)))
	}

	raw, err := json.MarshalIndent(slashCommands(table), "", "  ")
	if err != nil {
		t.Fatal(err)
	}

	if err := discordtest.Check("PUT /applications/{application_id}/commands", raw); err != nil {
		t.Error(err)
	}

	golden(t, "commands.json", string(raw)+"\n")
}

const createOp = "POST /channels/{channel_id}/messages"

// sound checks what holds for every message, whatever is in it.
func sound(t testing.TB, m *adapters.Message) {
	t.Helper()

	for _, p := range renderMessage(m) {
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}

		if err := discordtest.Check(createOp, raw); err != nil {
			t.Fatalf("%v\n%s", err, raw)
		}

		if len(p.AllowedMentions.Parse) != 0 || len(p.AllowedMentions.Roles) > 1 {
			t.Fatalf("it may ping: %s", raw)
		}

		edit, err := json.Marshal(p.forEdit())
		if err != nil {
			t.Fatal(err)
		}

		if err := discordtest.Check("PATCH /channels/{channel_id}/messages/{message_id}", edit); err != nil {
			t.Fatalf("as an edit: %v\n%s", err, edit)
		}

		answer, err := json.Marshal(map[string]any{"type": replyMessage, "data": func() *payload { q := *p; q.Nonce, q.EnforceNonce = "", false; return &q }()})
		if err != nil {
			t.Fatal(err)
		}

		if err := discordtest.Check("POST /interactions/{interaction_id}/{interaction_token}/callback", answer); err != nil {
			t.Fatalf("as an answer: %v\n%s", err, answer)
		}

		post, err := json.Marshal(map[string]any{"name": postName(p), "message": func() *payload { q := *p; q.Nonce, q.EnforceNonce = "", false; return &q }()})
		if err != nil {
			t.Fatal(err)
		}

		if err := discordtest.Check("POST /channels/{channel_id}/threads", post); err != nil {
			t.Fatalf("as a post: %v\n%s", err, post)
		}
	}
}

// link is what a reader of Markdown takes for one; a bare address is one too.
var (
	markdownLink = regexp.MustCompile(`\]\((https?://[^\s]*?)\)(?:$|\s| ·|\n)`)
	bareAddress  = regexp.MustCompile(`https?://`)
)

// links returns the addresses that a payload links to, once for each time.
func links(p *payload) []string {
	var out []string

	texts := []string{p.Content}
	for _, e := range p.Embeds {
		if e.URL != "" {
			out = append(out, e.URL)
		}

		texts = append(texts, e.Title, e.Description)
		for _, f := range e.Fields {
			texts = append(texts, f.Name, f.Value)
		}
	}

	for _, s := range texts {
		for _, m := range markdownLink.FindAllStringSubmatch(s, -1) {
			out = append(out, m[1])
			s = strings.Replace(s, m[1], "", 1)
		}

		for range bareAddress.FindAllString(s, -1) {
			out = append(out, "bare in "+s)
		}
	}

	return out
}

func FuzzAlert(f *testing.F) {
	f.Add("Title", "https://example.org/a", "Outlet", "Summary", "https://example.org/i.png", "word", "query", "4711", int64(1))
	f.Add("*_~`|<>[]\\", "https://example.org/a_(b)", "@everyone", "# x\n> y\n- z\n1. q", "ftp://x", "||", "`", "x", int64(-1))
	f.Add(strings.Repeat("é", 300), "https://example.org/"+strings.Repeat("x", 2100), strings.Repeat("_", 200), strings.Repeat("*", 9000), "http://", strings.Repeat("[", 3000), strings.Repeat("𝒳", 3000), "", int64(0))
	f.Add("https://example.org/a https://x.y", "https://example.org/a", "http://o", "See https://example.org/a", "", "https://m", "https://q", "1", int64(5))
	f.Add("\u202e\u200b", "http://[::1]:80/", "\xff", "\x00", "data:x", "", "", "99999999999999999999999", int64(1<<40))
	f.Fuzz(func(t *testing.T, title, url, outlet, summary, image, matched, query, ping string, seconds int64) {
		a := &adapters.Alert{
			Title: title, URL: url, Outlet: outlet, Summary: summary, Image: image, Published: time.Unix(seconds%(1<<40), 0),
			Matched: []string{matched, title}, Also: []adapters.Also{{Outlet: outlet}, {Outlet: matched}}, Follows: []adapters.Follow{{Number: 1, Query: query}, {Number: 2, Query: title}},
		}
		m := &adapters.Message{Alert: a, Pings: []string{ping}, Nonce: emptyIfOver(query, maxNonce), Buttons: [][]adapters.Button{{{Label: title, Data: "x"}, {Label: "y", Data: "x"}, {Label: query, Data: emptyIfOver(query, 64)}}}}
		sound(t, m)
		got := links(renderMessage(m)[0])

		want := []string{}
		if link := webAddress(url); link != "" && markdown.Len(link) <= maxURL {
			want = append(want, link)
		} else if link != "" && markdown.Len(link) <= roomLink {
			want = append(want, markdown.LinkTarget(link))
		}

		if len(got) != len(want) || (len(got) == 1 && got[0] != want[0]) {
			t.Fatalf("links %q, want %q", got, want)
		}
	})
}

func FuzzDigest(f *testing.F) {
	f.Add("Heading", "Title", "https://example.org/a?x=%d", "Outlet", 3, 0)
	f.Add("*", "[x](y)", "https://example.org/(a(b))", "_", 60, 5)
	f.Add("", "", "nonsense", "", 0, 1)
	f.Add("h", strings.Repeat("[", 500), "https://example.org/"+strings.Repeat("x", 3400), "o", 5, 9)
	f.Fuzz(func(t *testing.T, heading, title, url, outlet string, n, more int) {
		d := &adapters.Digest{Heading: heading, Intro: title + "\n" + outlet, More: more}
		for i := range min(max(n, 0), 80) {
			d.Alerts = append(d.Alerts, adapters.Alert{Title: title, URL: fmt.Sprintf("%s#%d", url, i), Outlet: outlet, Published: time.Unix(int64(i), 0), Follows: []adapters.Follow{{Number: i/2 + 1, Query: heading}}})
		}

		sound(t, &adapters.Message{Digest: d})

		room := (&Adapter{}).Room(d)
		if room < min(1, len(d.Alerts)) || room > len(d.Alerts) {
			t.Fatalf("room for %d of %d", room, len(d.Alerts))
		}

		fitting := *d
		fitting.Alerts = d.Alerts[:room]

		parts := renderMessage(&adapters.Message{Digest: &fitting})
		if len(parts) != 1 {
			t.Fatalf("%d messages for %d alerts that fit", len(parts), room)
		}

		got := links(parts[0])

		for i, a := range fitting.Alerts {
			if link := webAddress(a.URL); link == "" || markdown.Len(markdown.LinkTarget(link)) > roomLink {
				return
			}

			if i >= len(got) || got[i] != markdown.LinkTarget(a.URL) {
				t.Fatalf("link %d of %q is missing: %q", i, got, markdown.LinkTarget(a.URL))
			}
		}

		if len(got) != room {
			t.Fatalf("%d links for %d alerts: %q", len(got), room, got)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("plain", "bold *x*", "co`de", "https://example.org/", "label")
	f.Add("```\n", "``", "```", "javascript:x", "]()")
	f.Add(strings.Repeat("x", 5000), " ", strings.Repeat("`", 3000), "https://example.org/"+strings.Repeat("y", 2500), "")
	f.Add("# x\n- y", "\n\n", "\u200b", "http://x/ y", "@here <@1>")
	f.Fuzz(func(t *testing.T, plain, bold, code, url, label string) {
		text := adapters.Text{
			{adapters.Plain(plain), adapters.Bold(bold), adapters.Code(code), adapters.Link(label, url)},
			{{Text: code, Style: adapters.StylePre}},
			{{Text: plain, Style: adapters.StylePre}},
			{},
			{{Text: plain, Style: adapters.StyleDim}},
			{adapters.Link(label, url)},
			{adapters.Bold(bold)},
		}
		sound(t, &adapters.Message{Text: text, Pings: []string{"1"}})
		sound(t, &adapters.Message{Text: append(append(text, text...), text...)})
	})
}

// What was escaped reads as it stood: undoing the escapes gives the text back.
// TestLooks: a line before an alert is a text and pings nobody; a colour is that of the stripe.
func TestLooks(t *testing.T) {
	alert := adapters.Alert{Opening: "@everyone *read* <@&9>", Title: "Ferry sinks", URL: "https://coast.example/1"}

	p := renderMessage(&adapters.Message{Alert: &alert, Color: 0x1abc9c, Pings: []string{"5"}})[0]
	if !strings.HasPrefix(p.Content, "<@&5>\n") || strings.Contains(p.Content, "*read*") || strings.Contains(p.Content, "<@&9>") {
		t.Errorf("content %q", p.Content)
	}

	if got := p.AllowedMentions.Roles; len(got) != 1 || got[0] != "5" || len(p.AllowedMentions.Parse) > 0 {
		t.Errorf("it pings %+v", p.AllowedMentions)
	}

	if p.Embeds[0].Color != 0x1abc9c {
		t.Errorf("colour %x", p.Embeds[0].Color)
	}

	d := adapters.Digest{Opening: "From the desk", Heading: "Yours", Alerts: []adapters.Alert{alert}}
	if p := renderMessage(&adapters.Message{Digest: &d})[0]; p.Content != "From the desk" || p.Embeds[0].Color != bellColor {
		t.Errorf("a digest: %q, %x", p.Content, p.Embeds[0].Color)
	}
}

func TestRoomIsPureAndGrows(t *testing.T) {
	d := sampleDigest(200)

	n := (&Adapter{}).Room(d)
	if n < 20 || n >= 200 || n != (&Adapter{}).Room(d) {
		t.Errorf("room for %d", n)
	}

	if (&Adapter{}).Room(&adapters.Digest{}) != 0 {
		t.Error("room for nothing is not nothing")
	}

	if parts := renderMessage(&adapters.Message{Digest: d}); len(parts) < 2 {
		t.Errorf("%d parts", len(parts))
	}
}

// An address that is too long for an embed's title is a link in its text, as long
// as Discord takes it.
func TestALongLinkStays(t *testing.T) {
	t.Parallel()

	for _, n := range []int{2048, 2049, 3600, 3899} {
		a := sampleAlert()
		a.URL = "https://example.org/" + strings.Repeat("x", n-len("https://example.org/"))
		a.Summary = strings.Repeat("word ", 2000)
		a.Matched = []string{strings.Repeat("m", 2000)}

		raw, err := json.Marshal(renderMessage(&adapters.Message{Alert: a})[0])
		if err != nil {
			t.Fatal(err)
		}

		if strings.Count(string(raw), a.URL) != 1 {
			t.Errorf("%d characters: the link is not there once", n)
		}

		if err := discordtest.Check("POST /channels/{channel_id}/messages", raw); err != nil {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}
