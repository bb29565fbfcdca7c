package bot_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/ai"
	"newsbell/ai/aitest"
	"newsbell/bot"
)

// shown is a part of an answer, and when it was shown.
type shown struct {
	at   time.Duration
	text string
}

// askInParts presses "What each side says" on the strike, with a model that takes some time for
// each sentence, and returns what was shown and the answer.
func askInParts(t *testing.T, evil aitest.Evil, every time.Duration) (parts []shown, answer string) {
	t.Helper()

	server := aitest.Honest(t)

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
		defer w.close()

		w.news()

		w.conf.Writer = ai.New(ai.Config{URL: server.URL, Model: "copy", HTTP: server.Client(), Timeout: time.Minute}, nil)
		if _, _, err := w.conf.Writer.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}

		w.bot = bot.New(w.conf)

		server.Turn(evil)
		server.Every(every)

		w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: "7"}, Kind: adapters.Private}
		w.user = adapters.User{ID: "7", Language: "en"}
		w.says("/subscribe drone")

		r := w.request()
		r.Kind, r.Data, r.Message = adapters.PressRequest, "tell:1:2:"+string(ai.Sides), "m1"

		began := time.Now()
		r.Show = func(_ context.Context, m *adapters.Message) {
			if !m.Private {
				t.Error("everybody sees a part of a private answer")
			}

			parts = append(parts, shown{time.Since(began), m.Text.String()})
		}

		answer = w.bot.Answer(t.Context(), r).Text.String()
	})

	return parts, answer
}

// TestAPartIsShownWhenItIsWritten: whoever asks sees at once that an answer is being written, then
// as many sentences as make one, no more often than each second. What is shown stays.
func TestAPartIsShownWhenItIsWritten(t *testing.T) {
	parts, answer := askInParts(t, "", 4*time.Second)

	if len(parts) != 2 || parts[0] != (shown{0, ""}) || parts[1].at != 8*time.Second || parts[1].text != answer {
		t.Errorf("shown %+v, then\n%s", parts, answer)
	}

	if !strings.Contains(answer, "Talks between dockers") || !strings.Contains(answer, "AI, from") {
		t.Error(answer)
	}
}

// TestNoLieIsShownMeanwhile: of a model that invents, nothing is shown but that it writes; of one
// that stops or goes silent midway, whole sentences.
func TestNoLieIsShownMeanwhile(t *testing.T) {
	for _, evil := range []aitest.Evil{aitest.Names, aitest.Mentions, aitest.Stops, aitest.Stalls} {
		parts, answer := askInParts(t, evil, time.Second)

		for _, p := range parts {
			whole := (evil == aitest.Stops || evil == aitest.Stalls) && p.text == answer
			if p.text != "" && !whole {
				t.Errorf("%s: shown %+v", evil, p)
			}
		}

		if len(parts) == 0 || !strings.Contains(answer, "Port strike") || strings.Contains(answer, "evil") {
			t.Errorf("%s: shown %+v, then\n%s", evil, parts, answer)
		}
	}
}
