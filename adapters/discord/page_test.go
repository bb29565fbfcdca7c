package discord

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"newsbell/adapters"
	"newsbell/adapters/discord/markdown"
	"newsbell/adapters/discordtest"
)

// TestPagesFitDiscord: whatever a page holds, it is components alone, at most 40 of them with at
// most 4,000 characters of text, and a line that has no room is left out whole.
func TestPagesFitDiscord(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := &adapters.Message{Page: true, Picture: rapid.SampledFrom([]string{"", "https://a.example/p.jpg", "javascript:x"}).Draw(r, "picture")}

		for range rapid.IntRange(0, 60).Draw(r, "lines") {
			text := strings.Repeat(rapid.SampledFrom([]string{"word ", "*_~ ", "𝒳", "> x "}).Draw(r, "words"), rapid.IntRange(0, 400).Draw(r, "n"))
			style := rapid.SampledFrom([]adapters.Style{adapters.StylePlain, adapters.StyleQuote, adapters.StyleBold}).Draw(r, "style")
			m.Text = append(m.Text, adapters.Line{{Text: text, Style: style}})
		}

		for range rapid.IntRange(0, 7).Draw(r, "rows") {
			m.Buttons = append(m.Buttons, []adapters.Button{{Label: "a", Data: "a"}, {Label: "b", Data: "b"}, {Label: "c", Data: "c"}})
		}

		parts := renderMessage(m)
		if len(parts) != 1 {
			r.Fatalf("%d messages", len(parts))
		}

		raw, err := json.Marshal(parts[0])
		if err != nil {
			r.Fatal(err)
		}

		var page map[string]any
		if err := json.Unmarshal(raw, &page); err != nil {
			r.Fatal(err)
		}

		if page["content"] != nil || page["embeds"] != nil || page["flags"] != float64(flagPage) {
			r.Fatalf("a page has %v, %v, flags %v", page["content"], page["embeds"], page["flags"])
		}

		components, characters := countPage(page["components"])
		if components > 40 || characters > 4000 || characters == 0 {
			r.Fatalf("%d components, %d characters", components, characters)
		}
	})
}

// countPage counts components, nested ones too, and the characters of their texts.
func countPage(all any) (components, characters int) {
	list, _ := all.([]any)
	for _, one := range list {
		c, _ := one.(map[string]any)
		n, inner := countPage(c["components"])
		content, _ := c["content"].(string)
		components, characters = components+n+1, characters+inner+markdown.Len(content)
	}

	return components, characters
}

// TestAPageIsParagraphsBelowItsPicture: blank lines part it, and a quote is marked.
func TestAPageIsParagraphsBelowItsPicture(t *testing.T) {
	m := &adapters.Message{Page: true, Picture: "https://a.example/p.jpg", Text: adapters.Text{
		{adapters.Bold("Harbour bridge closed")}, {}, {{Text: "A crack was found.", Style: adapters.StyleQuote}}, {}, {adapters.Bold("In short")}, {adapters.Plain("• Lorries wait.")},
	}}

	raw, err := json.Marshal(renderMessage(m)[0])
	if err != nil {
		t.Fatal(err)
	}

	for _, want := range []string{`{"media":{"url":"https://a.example/p.jpg"}`, `"**Harbour bridge closed**"`, `A crack was found.`, `"**In short**\n• Lorries wait."`, `"type":17`, `"type":14`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}

	if plain := renderMessage(m.WithoutPage())[0]; plain.Flags&flagPage != 0 || !strings.Contains(plain.Content, "> A crack was found.") {
		t.Errorf("without a page it is %+v", plain)
	}
}

// TestWhatReplacesAPage: the message of a press keeps its shape, as Discord wants it: in the place
// of a page comes a page, and what cannot be one comes below it; in the place of an ordinary
// message comes an ordinary one.
func TestWhatReplacesAPage(t *testing.T) {
	t.Parallel()

	for _, slow := range []bool{false, true} {
		r := newRig(t, discordtest.Options{})

		if slow {
			r.a.limits.answer = 50 * time.Millisecond
		}

		buttons := [][]adapters.Button{{{Label: "Words", Data: "words"}, {Label: "Page", Data: "page"}, {Label: "Digest", Data: "digest"}}}
		r.b.answer = func(_ context.Context, q *adapters.Request) *adapters.Message {
			if q.Kind == adapters.PressRequest && slow {
				r.awaitDeferral(t, q)
			}

			m := &adapters.Message{Text: adapters.Say("Asked " + q.Options["query"]), Buttons: buttons, Page: q.Options["query"] == "page"}

			switch q.Data {
			case "words":
				m.Text, m.Replace = adapters.Say("Words."), true
			case "page":
				m.Text, m.Replace, m.Page = adapters.Say("A page."), true, true
			case "digest":
				m = &adapters.Message{Digest: sampleDigest(1), Replace: true}
			}

			return m
		}
		r.run(t)

		desk := r.f.Server("Desk")
		ada := desk.Join(r.f.Person("Ada")).In(desk.Text("general"))

		ada.Runs("/subscribe", "query", "page")

		for _, press := range []string{"Words", "Page", "Digest"} {
			ada.Presses(press)
		}

		r.b.await(t, "the answers about a page", func() bool { return len(r.b.answered) == 4 })
		ada.Runs("/subscribe", "query", "plain")

		for _, press := range []string{"Page", "Digest"} {
			ada.Presses(press)
		}

		r.b.await(t, "all answers", func() bool { return len(r.b.answered) == 7 })

		for i, err := range r.b.answered {
			if err != nil {
				t.Errorf("slow %v: answer %d: %v", slow, i, err)
			}
		}

		got := ada.Channel().Transcript()
		if n := strings.Count(got, "\n< "); n != 3 || !strings.Contains(got, "A page.") {
			t.Errorf("slow %v: %d messages are shown, want the page, the digest below it and the one in the place of the other\n%s", slow, n, got)
		}
	}
}
