package bot_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"newsbell/adapters"
	"newsbell/locales"
)

var (
	messagesTo = flag.String("messages.to", "", "a folder in which the messages of the conversations are written, for docs/pictures/phone to draw")
	messagesIn = flag.String("messages.in", "en", "the language that they are in")
)

// drawn is what somebody did, and what they were shown.
type drawn struct {
	Did      string
	Language string
	Message  *adapters.Message
}

// recorder keeps what is shown in a world, and which buttons are pressed.
type recorder struct {
	language string
	did      string
	shown    []drawn
	presses  []int // where the buttons stand in their messages, in the order of the presses
	replays  bool  // the presses are those of a world in another language
}

// keep keeps a message that is shown.
func (r *recorder) keep(m *adapters.Message) {
	r.shown = append(r.shown, drawn{r.did, r.language, m})
	r.did = ""
}

// press returns which of a message's buttons is pressed: the one with a label or, in another
// language, the one that stands in its place.
func (r *recorder) press(all []adapters.Button, labelled func(adapters.Button) bool) (adapters.Button, bool) {
	if r.replays && len(r.presses) > 0 {
		at := r.presses[0]
		r.presses = r.presses[1:]

		return all[min(at, len(all)-1)], at < len(all)
	}

	for i, b := range all {
		if labelled(b) {
			r.presses = append(r.presses, i)
			return b, true
		}
	}

	return adapters.Button{}, false
}

// writeMessages plays a transcript once more for docs/pictures/phone, in the language that was
// asked for.
func writeMessages(t *testing.T, file string) {
	t.Helper()

	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	english := playRecorded(t, string(script), &recorder{language: "en"})
	if *messagesIn != "en" {
		english = playRecorded(t, string(script), &recorder{language: *messagesIn, presses: english.presses, replays: true})
	}

	raw, err := json.Marshal(english.shown)
	if err == nil {
		name := strings.TrimSuffix(filepath.Base(file), ".txt") + "." + *messagesIn + ".json"
		err = os.WriteFile(filepath.Join(*messagesTo, name), raw, 0o600)
	}

	if err != nil {
		t.Error(err)
	}
}

func playRecorded(t *testing.T, script string, r *recorder) *recorder {
	t.Helper()

	path := filepath.Join(t.TempDir(), "newsbell.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		w.recorder, w.conf.Texts = r, locales.Builtin().Only(r.language)
		w.rebuild()
		w.play(script)
	})

	return r
}

// first is the language of who has not said any, "" where that is English.
func (r *recorder) first() string {
	if r.language == "en" {
		return ""
	}

	return r.language
}
