package render

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/telegramtest"
)

// Telegram's own server, and one that counts bytes and knows no times.
var (
	standard = Renderer{}
	strict   = Renderer{CountsRaw: true, NoNewTags: true}
)

var someTime = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// readable holds a part against the server's rules and returns what a reader sees.
func readable(t *testing.T, p Part) (string, []telegramtest.Entity) {
	t.Helper()

	text, found, err := telegramtest.ParseHTML(p.HTML)
	if err != nil {
		t.Fatalf("the server refuses it: %v\n%q", err, p.HTML)
	}

	switch n := utf8.RuneCountInString(text); {
	case n > MaxText:
		t.Fatalf("%d characters", n)
	case n != p.Runes:
		t.Fatalf("%d characters, counted as %d", n, p.Runes)
	case len(p.HTML) > maxRaw:
		t.Fatalf("%d bytes", len(p.HTML))
	case len(found) > maxEntities:
		t.Fatalf("%d entities", len(found))
	case !isVisible(text):
		t.Fatalf("nothing to see in %q", p.HTML)
	case !utf8.ValidString(p.HTML) || strings.IndexFunc(text, isUnprintable) >= 0:
		t.Fatalf("the server would change %q", text)
	}

	return text, found
}

func links(found []telegramtest.Entity) (urls []string) {
	for _, e := range found {
		if e.Type == "text_link" {
			urls = append(urls, e.URL)
		}
	}

	return urls
}

// squash returns what is left of a text when only what can be seen counts.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if !isVisible(string(r)) {
			return -1
		}

		return r
	}, s)
}

func FuzzAlert(f *testing.F) {
	f.Add("A title", "https://x.example/a?b=c&d=\"e\"", "UPI", "One. Two <b>three</b> & four.", "drone\nstrike", "BBC\nAFP", "drone -toy", int64(300))
	f.Add("", "", "", "", "", "", "", int64(-1))
	f.Add(strings.Repeat("<&>\"", 400), "http://x.example/"+strings.Repeat("&", 900), strings.Repeat("&", 200), strings.Repeat("&amp; \"", 3000), strings.Repeat("<\n", 300), strings.Repeat("\"\n", 300), strings.Repeat("&", 600), int64(1e9))
	f.Add("\u200b", "https://x.example/", "\u202eoutlet", "a\x00b\xffc\td", "\r", "\u2028", "日本。語", int64(90000))
	f.Fuzz(func(t *testing.T, title, url, outlet, summary, matched, also, query string, age int64) {
		var others []adapters.Also
		for outlet := range strings.SplitSeq(also, "\n") {
			others = append(others, adapters.Also{Outlet: outlet, Published: someTime})
		}

		a := &adapters.Alert{
			Title: title, URL: url, Outlet: outlet, Summary: summary, Published: someTime.Add(-time.Duration(age%1e9) * time.Second),
			Matched: strings.Split(matched, "\n"), Also: others, AlsoMore: int(age % 3), Follows: []adapters.Follow{{Number: 3, Query: query}},
		}

		if p := strict.Message(&adapters.Message{Alert: a}, someTime)[0]; len(url) < 200 {
			if readable(t, p); len(p.HTML) > MaxText {
				t.Errorf("%d bytes for a server that counts them", len(p.HTML))
			}
		}

		parts := standard.Message(&adapters.Message{Alert: a}, someTime)
		if len(parts) != 1 {
			t.Fatalf("%d parts", len(parts))
		}

		text, found := readable(t, parts[0])
		if want := OneLine(title); utf8.RuneCountInString(want) <= maxTitle && isVisible(want) && !strings.HasPrefix(text, want) {
			t.Errorf("the title %q is not at the head of %q", want, text)
		}

		if s := strings.TrimSpace(stripControls(summary)); utf8.RuneCountInString(s) <= 800 && !strings.Contains(text, s) {
			t.Errorf("the summary %q is not in %q", s, text)
		}

		if !strings.Contains(text, "\n#3") {
			t.Errorf("the subscription is not in %q", text)
		}

		if strings.HasPrefix(url, "https://x.example/") && strings.Trim(url[8:], "abcdefghijklmnopqrstuvwxyz./?&=\"<>;") == "" && len(url) < 600 {
			if got := links(found); len(got) != 1 || got[0] != url {
				t.Errorf("links %q, want %q", got, url)
			}
		}
	})
}

func FuzzDigest(f *testing.F) {
	f.Add("While you were away", "One\nTwo <b>\n\nFour", "https://x.example/?a&b", "UPI", uint8(4), uint8(0))
	f.Add("", strings.Repeat("&\n", 400), "https://x.example/"+strings.Repeat("&", 500), "\"", uint8(200), uint8(3))
	f.Add(strings.Repeat("x", 5000), strings.Repeat(strings.Repeat("<", 300)+"\n", 40), "", strings.Repeat("&", 100), uint8(40), uint8(255))
	f.Fuzz(func(t *testing.T, heading, titles, url, outlet string, more, parts uint8) {
		d := &adapters.Digest{Heading: heading, Intro: titles, More: int(more), Part: 1, Parts: int(parts)}
		for title := range strings.SplitSeq(titles, "\n") {
			follows := []adapters.Follow{{Number: len(d.Alerts)/2 + 1, Query: heading}}
			d.Alerts = append(d.Alerts, adapters.Alert{Title: title, URL: url, Outlet: outlet, Published: someTime.Add(-30 * 24 * time.Hour), Follows: follows})
		}

		if n := strict.Room(d); n > 1 {
			few := *d
			few.Alerts = d.Alerts[:n]

			if p := strict.renderDigest(&few, someTime); len(p.HTML) > MaxText {
				t.Errorf("%d bytes for a server that counts them", len(p.HTML))
			}
		}

		n := standard.Room(d)
		if n < 1 || n > len(d.Alerts) {
			t.Fatalf("room for %d of %d", n, len(d.Alerts))
		}

		for _, alerts := range [][]adapters.Alert{d.Alerts[:n], d.Alerts} { // what fits, and more than that
			dd := *d
			dd.Alerts = alerts

			text, found := readable(t, standard.renderDigest(&dd, someTime))
			if left := int(more) + len(alerts) - n; left > 0 && !strings.Contains(text, fmt.Sprintf("and %d more", left)) {
				t.Errorf("%d left out and not told in %q", left, text)
			}

			if strings.HasPrefix(url, "https://x.example/") && len(escape(url)) < maxDigestURL && strings.IndexFunc(url, func(r rune) bool { return r <= ' ' || r > 126 }) < 0 {
				if got := len(links(found)); got != n {
					t.Errorf("%d links of %d", got, n)
				}
			}
		}
	})
}

// FuzzText reads its input as lines of spans: a first letter says the style.
func FuzzText(f *testing.F) {
	f.Add("bYou follow\n\npone\tcdrone -toy\tlmanual\nPcaret\nP  ^")
	f.Add(strings.Repeat("pA sentence of words. ", 500))
	f.Add(strings.Repeat("b&\t", 300) + "\n" + strings.Repeat("l<\n", 300))
	f.Add("P" + strings.Repeat("\"", 9000))
	f.Add("l" + strings.Repeat("x", 9000))
	f.Fuzz(func(t *testing.T, in string) {
		var text adapters.Text

		want := ""

		for l := range strings.SplitSeq(in, "\n") {
			var line adapters.Line

			for s := range strings.SplitSeq(l, "\t") {
				span := spanOf(s)
				line = append(line, span)
				want += stripControls(span.Text)
			}

			text = append(text, line)
		}

		for _, p := range strict.renderText(text, someTime) {
			if readable(t, p); len(p.HTML) > MaxText {
				t.Errorf("%d bytes for a server that counts them", len(p.HTML))
			}

			for _, piece := range p.Pieces() {
				if readable(t, piece); len(piece.HTML) > MaxText {
					t.Errorf("a piece of %d bytes", len(piece.HTML))
				}
			}
		}

		got := ""

		for _, p := range standard.renderText(text, someTime) {
			seen, _ := readable(t, p)
			got += seen
		}

		got = strings.ReplaceAll(got, spanURL, "")
		if squash(got) != squash(want) && isVisible(want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

const spanURL = "https://x.example/?a=1&b=2"

func spanOf(s string) adapters.Span {
	if s == "" {
		return adapters.Span{}
	}

	switch s[0] {
	case 'b':
		return adapters.Bold(s[1:])
	case 'c':
		return adapters.Code(s[1:])
	case 'l':
		return adapters.Link(s[1:]+".", spanURL)
	case 'P':
		return adapters.Span{Text: s[1:], Style: adapters.StylePre}
	case 'd':
		return adapters.Span{Text: s[1:], Style: adapters.StyleDim}
	}

	return adapters.Plain(s[1:])
}

// TestOpening: the line before an alert or a digest is a text, however it is written, and a
// digest leaves room for it.
func TestOpening(t *testing.T) {
	opening := "From <the> desk & *friends*"
	alert := adapters.Alert{Opening: opening, Title: "Ferry sinks", URL: "https://coast.example/1"}

	parts := standard.Message(&adapters.Message{Alert: &alert}, someTime)
	if text, found := readable(t, parts[0]); !strings.HasPrefix(text, opening+"\nFerry sinks") || len(links(found)) != 1 {
		t.Errorf("%q %v", text, found)
	}

	d := &adapters.Digest{Heading: "While you were away"}
	for i := range 200 {
		d.Alerts = append(d.Alerts, adapters.Alert{Title: fmt.Sprintf("A story of some length, number %d", i), URL: fmt.Sprintf("https://coast.example/%d", i), Outlet: "Coast"})
	}

	without := standard.Room(d)
	d.Opening = strings.Repeat("é", 200)

	if with := standard.Room(d); with > without {
		t.Errorf("room for %d stories below an opening, %d without", with, without)
	}

	if text, _ := readable(t, standard.Message(&adapters.Message{Digest: d}, someTime)[0]); !strings.HasPrefix(text, d.Opening+"\nWhile you were away") {
		t.Errorf("%q", text)
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		ago  time.Duration
		want string
	}{
		{-time.Hour, ""},
		{-time.Minute, "just now"},
		{0, "just now"},
		{59 * time.Second, "just now"},
		{time.Minute, "1 min ago"},
		{59*time.Minute + 59*time.Second, "59 min ago"},
		{time.Hour, "1 h ago"},
		{47 * time.Hour, "47 h ago"},
		{48 * time.Hour, "2 days ago"},
		{6 * 24 * time.Hour, "6 days ago"},
		{7 * 24 * time.Hour, "27 Apr 2026"},
	} {
		if got := formatAge(adapters.English(), someTime.Add(-c.ago), someTime); got != c.want || len(got) > len(longestAge) {
			t.Errorf("%s ago is %q, want %q", c.ago, got, c.want)
		}
	}

	if got := formatAge(adapters.English(), time.Time{}, someTime); got != "" {
		t.Errorf("an unknown time is %q", got)
	}
}

func TestCuts(t *testing.T) {
	for _, c := range []struct {
		cut  func(string, int) string
		in   string
		n    int
		want string
	}{
		{CutWords, "short", 5, "short"},
		{CutWords, "one two three", 9, "one two…"},
		{CutWords, "one, two, three", 10, "one, two…"},
		{CutWords, "unbreakable", 6, "unbre…"},
		{CutWords, "żółć żółć żółć", 10, "żółć żółć…"},
		{CutSentences, "One two. Three four five.", 15, "One two."},
		{CutSentences, "One two! Three? Four five six seven", 20, "One two! Three?"},
		{CutSentences, `He said "go." Then he went away.`, 20, `He said "go."`},
		{CutSentences, "It cost 3.5 million and rose again", 20, "It cost 3.5 million…"},
		{CutSentences, "一つ目です。二つ目の文です", 10, "一つ目です。"},
		{CutSentences, "No end in sight here at all", 12, "No end in…"},
	} {
		if got := c.cut(c.in, c.n); got != c.want || utf8.RuneCountInString(got) > c.n {
			t.Errorf("%q in %d is %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// A long answer arrives whole, in pieces that end where a sentence does.
func TestLongText(t *testing.T) {
	parts := standard.renderText(adapters.Say(strings.Repeat("A sentence of words. ", 1000)), someTime)
	if len(parts) < 2 {
		t.Fatalf("%d parts", len(parts))
	}

	for _, p := range parts {
		if !strings.HasSuffix(strings.TrimSpace(p.Plain), "words.") {
			t.Errorf("a part ends %q", p.Plain[len(p.Plain)-30:])
		}
	}
}
