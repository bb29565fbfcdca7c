package summary

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"newsbell/news"
)

func telling(title, text string) Telling {
	return Telling{&news.Article{Title: title, Text: text}, Summarize("", title, text, 300)}
}

func TestTheLeadIsThatOfTheMedoid(t *testing.T) {
	var (
		odd    = telling("Ferries stay in port", "Crews slept on board as gales closed every harbour of the island.")
		first  = telling("Storm cuts power", "The storm cut power to 40,000 homes along the coast, the grid operator said on Monday night.")
		second = telling("Power cut by storm", "The storm cut power to 40,000 homes along the coast, the operator said late on Monday night.")
		short  = telling("Storm cuts power to homes along the coast", "Grid operator: 40,000 homes.")
		long   = telling("Ferries stay in port", odd.Article.Text+" Islanders stocked up on bread and candles before the last boat left, a mayor said on the radio.")
	)

	for _, c := range []struct {
		name     string
		tellings []Telling
		want     int
	}{
		{"one", []Telling{odd}, 0},
		{"of two neither is more like the other", []Telling{odd, first}, 0},
		{"the odd one out", []Telling{odd, first, second}, 1},
		{"it is shown already", []Telling{first, odd, second}, 0},
		{"no shorter one", []Telling{first, short, odd, short}, 0},
		{"what stands is longer than all", []Telling{long, first, second}, 0},
		{"nothing stands", []Telling{telling("Ferries stay in port", ""), first, second}, 1},
		{"nothing is told", []Telling{telling("A", ""), telling("B", ""), telling("", "")}, 0},
	} {
		if got := ChooseLead(c.tellings); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestTheLeadNeverShrinks: as tellings of chance words come one by one, what is shown is the same each
// time it is asked for, and never becomes shorter.
func TestTheLeadNeverShrinks(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 14))
	words := strings.Fields("storm power coast homes operator monday night harbour island ferry crews gales mayor radio")
	changed := 0

	for range 300 {
		var tellings []Telling

		for range 2 + random.IntN(9) {
			var text strings.Builder
			for range random.IntN(12) {
				text.WriteString(words[random.IntN(len(words))] + " ")
			}

			tellings = append(tellings, Telling{&news.Article{Title: words[random.IntN(len(words))], Text: text.String()}, strings.TrimSpace(text.String())})
		}

		shown := 0

		for n := 1; n <= len(tellings); n++ {
			got := ChooseLead(tellings[:n])
			if again := ChooseLead(tellings[:n]); again != got {
				t.Fatalf("%d, then %d", got, again)
			}

			if utf8.RuneCountInString(tellings[got].Summary) < utf8.RuneCountInString(tellings[shown].Summary) {
				t.Fatalf("%q after %q", tellings[got].Summary, tellings[shown].Summary)
			}

			if got != shown {
				changed++
			}

			shown = got
		}
	}

	if changed < 100 {
		t.Errorf("the lead changed %d times", changed)
	}
}

func BenchmarkChooseLead(b *testing.B) {
	text := strings.Repeat("The storm cut power to many homes along the coast, the grid operator said on Monday night. ", 20)

	var tellings []Telling
	for range 12 {
		tellings = append(tellings, telling("Storm cuts power", text))
	}

	for b.Loop() {
		ChooseLead(tellings)
	}
}
