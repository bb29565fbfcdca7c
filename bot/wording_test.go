package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/store"
	"newsbell/subscriptions"
)

func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"when: takes now": "when: takes now.", "when:25:00 is unknown": "when:25:00 is unknown.", "there is no chat": "There is no chat.", "Done.": "Done.", "": "", "über": "Über.",
	} {
		if got := wording.AsSentence(in); got != want {
			t.Errorf("sentence %q: %q, want %q", in, got, want)
		}
	}

	if got := button.Label("a  very long label that certainly does not fit on a button of any platform"); len([]rune(got)) > 40 {
		t.Error(got)
	}
}

// TestStatusSaysHowManySourcesFail: not everything works where a source fails.
func TestStatusSaysHowManySourcesFail(t *testing.T) {
	english := wording.Words{Texts: locales.Builtin().English()}

	for failing, want := range map[int]string{
		0: "Everything's working.", 1: "Almost everything's working.", 3: "Most of the sources can't be read right now.",
		5: "None of the sources can be read right now.",
	} {
		polls := store.PollTimes{Sources: 7, Unread: 2, Failing: failing, Last: time.Now()}
		if got := english.StatusHead(polls, true); got != want {
			t.Errorf("%d of 5 fail: %q, want %q", failing, got, want)
		}
	}
}

// What a digest had no room for was not sent, and held alerts may be several
// messages.
func TestCountsAreTrue(t *testing.T) {
	c := store.Counts{Sent: 42, Folded: 97, Waiting: 3}
	english := wording.Words{Texts: locales.Builtin().English()}

	for got, want := range map[string]string{
		english.StatusAlerts(c):                                "Last 24 hours: 42 alerts sent, 97 more only in /news, 3 waiting.",
		english.StatusAlerts(store.Counts{Sent: 1}):            "Last 24 hours: 1 alert sent.",
		english.StatusOperator(c, 0, time.Time{}, time.Time{}): "All chats, last 24 hours: 42 alerts sent, 97 more only in /news, 3 waiting. 0 articles stored.",
		english.Resumed("", 139, false):                        "Alerts are back on. 139 were held; here they come.",
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestLinesAreLines: no line of a message has a line break, which platforms would drop.
func TestLinesAreLines(t *testing.T) {
	text := wording.Words{Texts: locales.Builtin().English()}.Lines("web.link", "link", adapters.Link("https://example.org/in/A", "https://example.org/in/A"))
	if len(text) != 2 {
		t.Fatalf("%d lines: %q", len(text), text)
	}

	for _, line := range text {
		for _, span := range line {
			if strings.Contains(span.Text, "\n") {
				t.Errorf("a break within a line: %q", span.Text)
			}
		}
	}
}

// TestAnOldStoryHasItsDay: after two months a day says more than the days that have passed.
func TestAnOldStoryHasItsDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := wording.Words{Texts: locales.Builtin().English()}

		for age, want := range map[time.Duration]string{time.Hour: "1 h ago", 59 * 24 * time.Hour: "59 days ago", 61 * 24 * time.Hour: "1 Nov 1999"} {
			if got := w.AgoSpan(time.Now().Add(-age)).Text; got != want {
				t.Errorf("%s ago: %q, want %q", age, got, want)
			}
		}
	})
}

// TestPauseExamplesWork: what the reply to a pause that isn't understood offers in each language
// is understood in it.
func TestPauseExamplesWork(t *testing.T) {
	for _, texts := range locales.Builtin().All() {
		parts := strings.Split(texts.Say("pause.how"), "/pause ")[1:]
		if len(parts) < 4 {
			t.Errorf("%s has %d examples: %s", texts.Code(), len(parts), texts.Say("pause.how"))
		}

		for _, part := range parts[:len(parts)-1] {
			example := strings.TrimRight(strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune(",،、，", r) })[0], " ")

			english := input.TimeInEnglish(example, texts.Code())
			if _, ok := subscriptions.ParseUntil(english, time.Now(), time.UTC); !ok {
				t.Errorf("%s: %q is %q, which is no time", texts.Code(), example, english)
			}
		}
	}
}
