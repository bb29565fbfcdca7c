package summary

import (
	"fmt"
	"testing"
)

// TestRepeatedIsBoilerplate: what three articles begin or end with is none of their text, where it is a
// piece of its own.
func TestRepeatedIsBoilerplate(t *testing.T) {
	const news = "Mill %d burned for hours in the town of Eastport"

	tests := []struct {
		name, form, want string // "%s" is the news, in want too
		articles         int
	}{
		{"a last sentence", "%s. Fair winds from the Harbour Desk.", "%s.", 3},
		{"two articles repeat nothing", "%s. Fair winds from the Harbour Desk.", "%s. Fair winds from the Harbour Desk.", 2},
		{"two words are too few", "%s. Fair winds.", "%s. Fair winds.", 5},
		{"a first sentence", "Dies ist ein Service der Nordpresse. %s.", "%s.", 3},
		{"a first paragraph without a stop", "Gathered by our crew\n\n%s.", "%s.", 3},
		{"both ends", "Gathered by our crew | %s. More from the crew tonight.", "%s.", 4},
		{"behind a dash", "%s – all hands on deck", "%s", 3},
		{"the end of a sentence stays", "%s when the lightning struck it.", "%s when the lightning struck it.", 6},
		{"the beginning of a sentence stays", "In the evening hours %s.", "In the evening hours %s.", 6},
		{"a point within a word", "%s says mill.example of it.", "%s says mill.example of it.", 6},
		{"Chinese", "港口晚报报道，编辑，记者。%s。", "%s。", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var (
				texts []string
				r     Repeated
			)

			for i := range tt.articles {
				texts = append(texts, fmt.Sprintf(tt.form, fmt.Sprintf(news, i)))
			}

			r.Learn(texts)
			kept := ParseRepeated(r.String())

			for i, text := range append(texts, fmt.Sprintf(tt.form, fmt.Sprintf(news, 99))) {
				if i == tt.articles {
					i = 99 // one of a later visit
				}

				want := fmt.Sprintf(tt.want, fmt.Sprintf(news, i))
				if got := kept.Strip(text); got != want {
					t.Errorf("Strip(%q)\n got %q\nwant %q", text, got, want)
				}
			}
		})
	}
}

// TestRepeatedWithoutASign: what nothing parts from the text before it is known by what differs there,
// and an opening behind a byline by what follows.
func TestRepeatedWithoutASign(t *testing.T) {
	lines := []string{
		"By Ann Lee\n\nFirst told in our harbour letter. The mill burned in Eastport Read all of it on our harbour pages",
		"By Bo Ek\n\nFirst told in our harbour letter. Two ferries met off Skagen Read all of it on our harbour pages",
		"By Cy Orr\n\nFirst told in our harbour letter. Three cranes arrived for the yard Read all of it on our harbour pages",
		"By Dee Oy\n\nFirst told in our harbour letter. Divers of the Blue Squad found three cranes",
		"By Eve Ito\n\nFirst told in our harbour letter. Nobody saw Divers of the Blue Squad found three cranes",
	}

	var r Repeated

	r.Learn(lines)

	for i, want := range []string{
		"By Ann Lee\n\nThe mill burned in Eastport", "By Bo Ek\n\nTwo ferries met off Skagen", "By Cy Orr\n\nThree cranes arrived for the yard",
		"By Dee Oy\n\nDivers of the Blue Squad found three cranes", "By Eve Ito\n\nNobody saw Divers of the Blue Squad found three cranes",
	} {
		if got := r.Strip(lines[i]); got != want {
			t.Errorf("Strip(%q)\n got %q\nwant %q", lines[i], got, want)
		}
	}
}

// TestTheSameTextIsNoBoilerplate: copies of one article repeat nothing, and a text is never left empty.
func TestTheSameTextIsNoBoilerplate(t *testing.T) {
	var r Repeated

	r.Learn([]string{"The old mill burned.", "The old mill burned.", "The old mill burned."})

	if got := r.String(); got != "" {
		t.Errorf("known: %q", got)
	}

	r.Learn([]string{"A fire. Fair winds from us.", "A flood. Fair winds from us.", "A storm. Fair winds from us."})

	if got := r.Strip("Fair winds from us."); got != "Fair winds from us." {
		t.Errorf("left: %q", got)
	}
}

// TestRepeatedIsBounded: however much a source repeats, and whatever is read back.
func TestRepeatedIsBounded(t *testing.T) {
	var (
		r     Repeated
		texts []string
	)

	for i := range 3 * mostRepeated * repeatedBy {
		texts = append(texts, fmt.Sprintf("Text %d has its own words. Fair winds from desk %d.", i, i/repeatedBy))
	}

	r.Learn(texts)

	if n := len(r.tails); n != mostRepeated {
		t.Errorf("%d ends are known", n)
	}

	for _, s := range []string{"", "!", "AQ", "/wAAAAAAAAAA"} {
		if got := ParseRepeated(s); got.String() != "" {
			t.Errorf("ParseRepeated(%q) knows %q", s, got.String())
		}
	}
}
