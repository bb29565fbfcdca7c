package bot_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"newsbell/adapters"
	"newsbell/news"
	"newsbell/store"
)

// TestFourteenDigests: over fourteen days in which clocks go forward in Warsaw and New York
// and back in Sydney, each chat gets a digest a day, at the minute of its own clock that it
// set, with every story since the one before, once.
func TestFourteenDigests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newsbell.db")

	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()

		begin := time.Date(2000, 3, 22, 22, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(begin)) // clocks change on 26 March and 2 April of 2000
		w.news()

		zones := map[string]string{"21": "Europe/Warsaw", "22": "America/New_York", "23": "Australia/Sydney"}
		for address, zone := range zones {
			w.chat = adapters.ChatInfo{Chat: adapters.Chat{Platform: "telegram", Address: address}, Kind: adapters.Private}
			w.user = adapters.User{ID: address, Language: "en"}
			w.says("/settings zone " + zone)
			w.says("/subscribe when:7:30 zeppelin")
		}

		digests, told := map[string]int{}, map[string][]string{}

		var published []string

		for end, next := begin.Add(14*24*time.Hour), begin; time.Now().Before(end); {
			if due := w.nextDue(); !due.IsZero() && due.Before(next) {
				time.Sleep(time.Until(due))
				w.claimDigests(func(out *store.Outgoing) {
					digests[out.Chat.Address]++
					checkMinute(t, out.Chat.Address, zones[out.Chat.Address])

					for _, a := range out.Alerts {
						told[out.Chat.Address] = append(told[out.Chat.Address], a.Article.News.Title)
					}
				})

				continue
			}

			time.Sleep(time.Until(next))

			next = next.Add(3 * time.Hour)
			title := fmt.Sprintf("Zeppelin flight %d lands", len(published))
			published = append(published, title)

			w.receive(news.Article{Key: title, Title: title, URL: "https://wire.example/" + strings.ReplaceAll(title, " ", "-"), Outlet: "Plain Wire"})
		}

		for address, zone := range zones {
			checkDigests(t, zone, digests[address], told[address], published)
		}
	})
}

// checkDigests checks that what was told is what came in, each once, but for what waits for
// the next digest.
func checkDigests(t *testing.T, zone string, digests int, told, published []string) {
	t.Helper()

	if digests != 14 {
		t.Errorf("%d digests in %s, want 14", digests, zone)
	}

	slices.Sort(told)

	if once := slices.Compact(slices.Clone(told)); len(once) != len(told) {
		t.Errorf("%d of %d stories came twice in %s", len(told)-len(once), len(told), zone)
	}

	for i, title := range published[:len(published)-8] { // the last day may wait
		if _, found := slices.BinarySearch(told, title); !found {
			t.Errorf("story %d of %d never came in %s: %s", i, len(published), zone, title)
		}
	}
}

// nextDue is when the next alert falls due, zero if none does.
func (w *world) nextDue() (at time.Time) {
	w.must(func(tx *store.Tx) (err error) {
		at, err = tx.NextDue()
		return err
	})

	return at
}

// claimDigests has everything that is due sent, however long its digest gets.
func (w *world) claimDigests(each func(*store.Outgoing)) {
	claim := store.Claim{Run: "test", Burst: 10, RetryAfter: time.Minute, Room: func(_ *store.Chat, a []*store.Alert) int { return len(a) }}

	for _, x := range w.outbox() {
		w.must(func(tx *store.Tx) error {
			out, err := tx.Claim(x.Chat, claim)
			if err != nil || out == nil {
				return err
			}

			each(out)

			_, err = tx.Settle(store.Outcome{Message: out.ID, Sent: true, Ref: "d"})

			return err
		})
	}
}
