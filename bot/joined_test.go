package bot_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"newsbell/store"
)

// TestButtonsOfASecondMessageLeadToTheOneStory: a chat has the alerts of two stories that turned out to be
// one. Whatever is pressed below the second is about the one story.
func TestButtonsOfASecondMessageLeadToTheOneStory(t *testing.T) {
	path := t.TempDir() + "/newsbell.db"

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		w.play("! news\n@ telegram private op\n> /subscribe drone OR port\n! article 4\n! doubts 5 6")

		const here = "telegram:99"

		second := w.last[here]

		w.play("@ telegram private op\n> [Same story as: New drone rules take…]")

		var first, other *store.Alert

		w.must(func(tx *store.Tx) error {
			c, err := tx.Chat("telegram", "99")
			if err != nil {
				return err
			}

			all, err := tx.LatestAlerts(c.ID, 2)
			other, first = all[0], all[1]

			return err
		})

		if first.Story == other.Story || other.Article.Story != first.Story {
			t.Fatalf("the alerts are of stories %d and %d, the second's article is in %d", first.Story, other.Story, other.Article.Story)
		}

		// press presses a button of the second message, and what follows of the reply's.
		press := func(labels ...string) string {
			w.out.Reset()

			w.last[here] = second
			w.goTo([]string{"telegram", "private", "op"})

			for _, label := range labels {
				w.says("[" + label + "]")
			}

			return w.out.String()
		}

		press("More…")

		same := second.Buttons[1]
		second = w.last[here] // all its buttons, with those that it came with
		second.Buttons = append(second.Buttons, same)

		pressed := 0

		for _, b := range slices.Concat(second.Buttons...) {
			pressed++

			switch b.Label {
			case "Story":
				if got := press(b.Label); !strings.Contains(got, "New drone rules take effect") || !strings.Contains(got, "Parliament votes on drone licences") {
					t.Errorf("[Story] shows\n%s", got)
				}
			case "Why?":
				if got := press(b.Label); !strings.Contains(got, "Later it turned out to be the same story as another alert in this chat.") {
					t.Errorf("[Why?] says\n%s", got)
				}
			case "Follow story":
				press(b.Label)
				w.follows(first.Chat, map[int64]bool{first.Story: true, other.Story: false})
				press(b.Label, "Stop following")
				w.follows(first.Chat, map[int64]bool{first.Story: false, other.Story: false})
			case "Mute":
				if got := press(b.Label, "This story"); !w.mutesStory(first.Chat, first.Story) {
					t.Errorf("[Mute] [This story] mutes another story:\n%s", got)
				}
			case "Same story as: New drone rules take…":
				press(b.Label)
			case "More like this", "Less like this", "Unsubscribe", "‹ Back": // these are about the alert
			default:
				t.Errorf("no test presses %q", b.Label)
			}
		}

		if pressed != 9 {
			t.Errorf("%d buttons", pressed)
		}
	})
}

// follows checks which stories a chat follows.
func (w *world) follows(chat int64, want map[int64]bool) {
	w.t.Helper()
	w.must(func(tx *store.Tx) error {
		for story, is := range want {
			if got, err := tx.FollowsStory(chat, story); got != is || err != nil {
				w.t.Errorf("the chat follows story %d: %t, %v, want %t", story, got, err, is)
			}
		}

		return nil
	})
}

// mutesStory reports whether a chat mutes a story and no other one.
func (w *world) mutesStory(chat, story int64) (is bool) {
	w.must(func(tx *store.Tx) error {
		mutes, err := tx.Mutes(chat)
		is = len(mutes) == 1 && mutes[0].Kind == store.MuteStory && mutes[0].Value == strconv.FormatInt(story, 10)

		return err
	})

	return is
}
