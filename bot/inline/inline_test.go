package inline_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/bot/inline"
)

func TestWhatIsTypedSoFar(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		"  ":               "",
		"dron":             "dron*",
		"port stri":        "port stri*",
		"po":               "po",
		"por":              "por*",
		"drone OR":         "drone*",
		`"port str`:        `port str*`,
		`"port strike"`:    `"port strike"`,
		"(drone":           "drone*",
		"!!!":              "",
		"\xff\xfedrone":    "drone*",
		"drone -toy title": "drone -toy title*",
	} {
		got := ""
		if q := inline.Parse(text); q != nil {
			got = q.String()
		}

		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("drone OR (\"x")
	f.Fuzz(func(t *testing.T, text string) {
		inline.Parse(text)

		if word := inline.LinkWord(text); word != "" {
			if len(word) > 64 || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
				t.Errorf("%q is no word of a link", word)
			}

			if back, ok := inline.TextOfLink(word); ok && back != strings.TrimSpace(text) {
				t.Errorf("%q comes back as %q", text, back)
			}
		}

		inline.TextOfLink(text)
	})
}

func TestWordsOfLinks(t *testing.T) {
	for _, text := range []string{"drone", `"port strike" -toy`, "Ärzte streiken", "台風"} {
		if got, ok := inline.TextOfLink(inline.LinkWord(text)); !ok || got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
	}

	if word := inline.LinkWord(strings.Repeat("long ", 10)); word != "" {
		t.Errorf("a long text has the word %q", word)
	}

	for _, word := range []string{"", "q-", "q-!!", "bundle-pl", "q-_w"} {
		if text, ok := inline.TextOfLink(word); ok {
			t.Errorf("%q brings %q", word, text)
		}
	}
}

func TestPages(t *testing.T) {
	all := make([]adapters.Card, 23)
	for i := range all {
		all[i].ID = strconv.Itoa(i)
	}

	var ids []string

	for offset, pages := "", 0; pages < 5; pages++ {
		page, next := inline.Paginate(all, offset)
		for _, c := range page {
			ids = append(ids, c.ID)
		}

		if offset = next; next == "" {
			break
		}
	}

	if len(ids) != 23 || ids[22] != "22" {
		t.Errorf("the pages hold %q", ids)
	}

	for _, offset := range []string{"-1", "x", "99999999999999999999"} {
		if page, next := inline.Paginate(all, offset); len(page) != 10 || next != "10" {
			t.Errorf("offset %q: %d cards, next %q", offset, len(page), next)
		}
	}

	if page, next := inline.Paginate(all, "500"); len(page) != 0 || next != "" {
		t.Errorf("beyond the end: %d cards, next %q", len(page), next)
	}
}

func TestFindsOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, finds := inline.NewCache(), 0
		find := func(context.Context) ([]adapters.Card, error) {
			finds++
			return make([]adapters.Card, finds), nil
		}

		for range 3 {
			if got, err := c.Find(t.Context(), "drone", find); err != nil || len(got) != 1 {
				t.Errorf("%d cards, %v", len(got), err)
			}
		}

		time.Sleep(time.Minute)

		if got, _ := c.Find(t.Context(), "drone", find); len(got) != 2 {
			t.Error("what was found a minute ago is still shown")
		}

		fails := func(context.Context) ([]adapters.Card, error) { return nil, errors.New("busy") }
		if _, err := c.Find(t.Context(), "rain", fails); err == nil {
			t.Error("a search that failed is taken for nothing found")
		}

		for i := range 1000 { // it does not grow, and keeps the newest
			_, _ = c.Find(t.Context(), strconv.Itoa(i), find)

			time.Sleep(time.Millisecond) // of those of one moment any may be the oldest
		}

		finds = 0
		_, _ = c.Find(t.Context(), "999", find)
		_, _ = c.Find(t.Context(), "0", find)

		if finds != 1 {
			t.Errorf("%d searches, want that of the oldest alone", finds)
		}
	})
}
