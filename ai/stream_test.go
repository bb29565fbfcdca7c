package ai

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"newsbell/ai/aitest"
)

// textOf returns what an answer says, a sentence a line.
func textOf(a *Answer) string {
	var b strings.Builder
	for _, s := range a.Sentences {
		b.WriteString(s.Text + "\n")
	}

	return b.String()
}

// TestAnswersComeInParts: each sentence is shown when it is whole and before the next is
// written, and the answer is the same as in one piece.
func TestAnswersComeInParts(t *testing.T) {
	server := aitest.Honest(t)
	whole := New(Config{URL: server.URL, Model: "copy"}, nil).Answer(t.Context(), 1, bridge())
	next := server.Step()

	go func() { // two make an answer; then one after the other
		next()
		next()
	}()

	var shown []int

	l := newLedger()
	w := New(Config{URL: server.URL, Model: "copy"}, l)
	a := w.Stream(t.Context(), 1, bridge(), func(a *Answer) {
		if shown = append(shown, len(a.Sentences)); len(a.Sentences) == 0 {
			return
		}

		if !strings.HasPrefix(textOf(whole), textOf(a)) || a.By != ByModel {
			t.Errorf("shown: %+v", a)
		}

		go next()
	})

	if textOf(a) != textOf(whole) || len(shown) != len(a.Sentences) || shown[0] != 0 || shown[1] != 2 {
		t.Errorf("shown %v of %d sentences:\n%s", shown, len(a.Sentences), textOf(a))
	}

	if spent, _, _ := l.Spent(t.Context(), 1); spent != 100 {
		t.Errorf("it cost %d tokens", spent)
	}

	if r := server.Requests(); len(r) != 2 || r[0].Stream || !r[1].Stream {
		t.Errorf("%d requests", len(r))
	}
}

// TestAnAnswerBreaksOff: of an answer whose connection ends, or goes silent, the whole sentences
// stay, and are not kept for others.
func TestAnAnswerBreaksOff(t *testing.T) {
	for _, evil := range []aitest.Evil{aitest.Stops, aitest.Stalls} {
		server := aitest.Wicked(t, evil)
		l := newLedger()
		w := New(Config{URL: server.URL, Model: "tired", Timeout: 3 * time.Second}, l)

		last := ""
		a := w.Stream(t.Context(), 1, bridge(), func(a *Answer) { last = textOf(a) })

		if a.By != ByModel || len(a.Sentences) != 2 || !strings.HasPrefix(textOf(a), last) || !strings.HasSuffix(textOf(a), ".\n") {
			t.Errorf("%s: shown %q, then %+v", evil, last, a)
		}

		if len(server.Requests()) != 1 || len(l.kept) != 0 {
			t.Errorf("%s: %d requests, %d answers kept", evil, len(server.Requests()), len(l.kept))
		}
	}
}

// TestServersWithoutParts: a server that refuses to send parts, or sends the whole all the same,
// is asked for the whole.
func TestServersWithoutParts(t *testing.T) {
	for name, refuse := range map[string]http.HandlerFunc{
		"refuses": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusBadRequest) },
		"ignores": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"choices":[{"message":{"role":"assistant","content":"{}"}}]}`))
		},
	} {
		honest := aitest.Honest(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Accept"), "event-stream") {
				refuse(w, r)
				return
			}

			honest.ServeHTTP(w, r)
		}))

		a := New(Config{URL: server.URL + "/v1", Model: "copy"}, nil).Stream(t.Context(), 1, bridge(), func(*Answer) {})
		if a.By != ByModel || len(a.Sentences) < 3 {
			t.Errorf("a server that %s: %+v", name, a)
		}

		server.Close()
	}
}

// TestTheJudgeReadsFirst: with another model that confirms sentences, none is shown before it has.
func TestTheJudgeReadsFirst(t *testing.T) {
	server := aitest.Honest(t)
	w := New(Config{URL: server.URL, Model: "copy", CheckModel: "judge"}, nil)

	// The honest server answers the judge's question in the form of sentences, which is no yes.
	a := w.Stream(t.Context(), 1, bridge(), func(a *Answer) {
		if len(a.Sentences) > 0 {
			t.Errorf("shown: %+v", a)
		}
	})
	if a.By != ByExtract || a.Dropped == 0 {
		t.Errorf("got %+v", a)
	}
}
