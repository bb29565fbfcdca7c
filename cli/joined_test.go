package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// report is an article that many outlets carry.
type report struct{ title, text string }

// TestDemoJoinsStoriesThatTurnOutToBeOne: two events are told by 26 outlets each and alert once
// each; an article that tells both makes them one story. From then on nothing of either side alerts,
// and the first message names the outlets of both.
func TestDemoJoinsStoriesThatTurnOutToBeOne(t *testing.T) {
	rescue := report{
		"Coastguard lifts 84 passengers off ferry Astrid",
		"A coastguard helicopter lifted 84 passengers off the ferry Astrid near Skomer on Monday. Winchman Rhodri Pugh said the swell made it hard.",
	}
	owner := report{
		"Celtic Lines blames chart error for grounding",
		"Celtic Lines said a chart error by the pilot, Gwilym Hopkin, led to the grounding. Shares of Celtic Lines fell nine percent in Dublin.",
	}
	both := report{
		rescue.title + "; " + owner.title,
		"A coastguard helicopter lifted 84 passengers off the ferry Astrid near Skomer. Celtic Lines said a chart error by the pilot, Gwilym Hopkin, led to the grounding. Winchman Rhodri Pugh said the swell made it hard. Shares of Celtic Lines fell.",
	}

	dir := t.TempDir()
	folder := filepath.Join(dir, "news")

	var listed []string

	for state, items := range [][]string{
		nil, outlets(rescue, "Rescue", 26), outlets(owner, "Owner", 26), outlets(both, "Both", 1), outlets(rescue, "Late", 2), outlets(owner, "Last", 2),
	} {
		listed = slices.Concat(items, listed)
		writeState(t, folder, state, listed)
	}

	stdout, stderr, code := newsbell(t, dir, "", "demo", "--news", folder, "--json", "--subscribe", `astrid OR "celtic lines"`)
	events := eventsOf(t, stdout)
	rung, edits := events["alert"], events["edit"]

	if code != 0 || len(rung) != 2 || rung[0]["title"] != rescue.title || rung[1]["title"] != owner.title {
		t.Fatalf("exit %d, %d alerts, want one of each event:\n%s%s", code, len(rung), stdout, stderr)
	}

	// The first message grows by all that came later, on either side. The second keeps what it had, or shows
	// the same where it was still to be edited when they became one.
	var also []any

	for _, edit := range edits {
		if edit["message"] == rung[0]["message"] {
			also = edit["also"].([]any)
		}
	}

	if len(also) != 56 {
		t.Errorf("the last edit of the first message names %d outlets beside the first, want 56 of 57: %v", len(also), also)
	}
}

// outlets returns the items of as many outlets that all carry one report.
func outlets(r report, name string, n int) []string {
	var items []string

	for i := range n {
		items = append(items, fmt.Sprintf(`<item><title>%s</title><link>https://%s%d.example/1</link><guid>%s%d</guid><description>%s</description><source url="https://%s%d.example/">%s %d</source></item>`,
			r.title, strings.ToLower(name), i, name, i, r.text, strings.ToLower(name), i, name, i))
	}

	return items
}

// writeState writes a state of one feed for demo --news.
func writeState(t *testing.T, folder string, state int, items []string) {
	t.Helper()

	at := filepath.Join(folder, fmt.Sprintf("%03d", state))

	feed := `<rss version="2.0"><channel><title>All papers</title><item><title>Calm weather</title><guid>calm</guid></item>` + strings.Join(items, "") + `</channel></rss>`
	if err := errors.Join(os.MkdirAll(at, 0o750), os.WriteFile(filepath.Join(at, "papers.xml"), []byte(feed), 0o600)); err != nil {
		t.Fatal(err)
	}
}
