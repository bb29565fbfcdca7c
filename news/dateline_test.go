package news

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestDatelinesAreNotMissed: a pattern that matches is never left out because the text
// does not look as if it did.
func TestDatelinesAreNotMissed(t *testing.T) {
	pieces := []string{
		"SEOUL, June 5 ", "LONDON ", "(Reuters)", "(Yonhap) -- ", " - ", "/TASS/", "/PRNewswire/ -- ", "Photo: ", "FILE PHOTO: ", "Bild: ", "Ann Lee/Getty Images ", "Ann Lee", "/AFP. ",
		"Advertisement", "Listen to this article", "5 min read. ", "Estimated reading time 5 min. ", "Reading time: 3 mins ", "(", ")", " ", ". ", "\n", "12 ", "ſ", "K", "The mayor said", "—",
	}

	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 6).Draw(t, "text"), "")

		for i, d := range datelines() {
			if d.pattern.MatchString(text) && d.end(text) == 0 {
				t.Fatalf("dateline %d is missed in %q", i, text)
			}
		}
	})
}
