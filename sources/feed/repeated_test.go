package feed

import (
	"fmt"
	"strings"
	"testing"
)

// TestWhatAFeedRepeatsIsNoSummary: what its items end with is left out of their summaries, also of one that
// comes alone later; the text has it.
func TestWhatAFeedRepeatsIsNoSummary(t *testing.T) {
	const tail = "Fair winds from the Harbour Desk."

	body := func(n int) []byte {
		var b strings.Builder

		b.WriteString(`<rss version="2.0"><channel><title>Harbour</title>`)

		for i := n; i > 0; i-- {
			fmt.Fprintf(&b, `<item><title>Fire %d</title><link>https://a.example/%d</link><description>Mill %d burned for hours. %s</description></item>`, i, i, i, tail)
		}

		return []byte(b.String() + `</channel></rss>`)
	}

	var known Fingerprints

	_, list, err := ParseChanged(Input{Body: body(4), Address: "https://a.example/feed"}, &known)
	if err != nil || len(list) != 4 || list[0].Summary != "Mill 4 burned for hours." {
		t.Fatalf("%d articles, %v: %+v", len(list), err, list)
	}

	_, list, err = ParseChanged(Input{Body: body(5), Address: "https://a.example/feed"}, &known)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d articles, %v", len(list), err)
	}

	if a := list[0]; a.Summary != "Mill 5 burned for hours." || !strings.HasSuffix(a.Text, tail) {
		t.Errorf("summary %q of the text %q", a.Summary, a.Text)
	}
}
