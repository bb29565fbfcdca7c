package bot_test

import (
	"path/filepath"
	"strings"
	"testing"

	"newsbell/adapters"
)

// A message that was changed does nothing a second time; the person is told what to
// do.
func TestEditedMessageIsNotRunAgain(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.bot.Answer(t.Context(), command("u1", "telegram", "1", "1", "subscribe", "tesal"))

	edit := command("u2", "telegram", "1", "1", "subscribe", "tesla")
	edit.Edited = true

	if m := w.bot.Answer(t.Context(), edit); m == nil || !strings.Contains(m.String(), "send it again") {
		t.Errorf("answered %v", m)
	}

	if m := w.bot.Answer(t.Context(), command("u3", "telegram", "1", "1", "list", "")); m == nil || strings.Contains(m.String(), "tesla") || !strings.Contains(m.String(), "tesal") {
		t.Errorf("the list is %v", m)
	}
}

// TestVoiceMessageKeepsTheQuestionOpen: who answers a question with a voice message is told that
// only text is read, and can still answer it.
func TestVoiceMessageKeepsTheQuestionOpen(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "newsbell.db"))
	defer w.close()

	w.bot.Answer(t.Context(), command("u1", "telegram", "1", "1", "subscribe", ""))

	voice := command("u2", "telegram", "1", "1", "", "")
	voice.Kind, voice.Wordless = adapters.TextRequest, true

	if m := w.bot.Answer(t.Context(), voice); m == nil || !strings.Contains(m.String(), "only read text") {
		t.Errorf("answered %v", m)
	}

	word := command("u3", "telegram", "1", "1", "", "tesla")
	word.Kind = adapters.TextRequest

	if m := w.bot.Answer(t.Context(), word); m == nil || !strings.Contains(m.String(), "You now follow #1 tesla") {
		t.Errorf("answered %v", m)
	}
}
