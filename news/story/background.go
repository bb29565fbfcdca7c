package story

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"sync"
)

// seedData says how common English words are in news; bench/stories/seed makes it.
//
//go:embed seed.txt.gz
var seedData []byte

// namesText is the names that the news is about every day, dated.
//
//go:embed names.txt
var namesText string

// functionWords are words of other languages that nearly every text has.
//
//go:embed function_words.txt
var functionWords string

// weekdayNames are the days of the week, by language.
//
//go:embed weekdays.txt
var weekdayNames string

const (
	functionShare = 0.3  // the part of articles that such a word is taken to be in
	dailyShare    = 0.02 // and a name that the news is about every day
	unseenShare   = 1e-6 // and a word that no table has
	emptyShare    = 0.35 // from here on a word says nothing and is left out
)

// background says how common a word is in news at large.
type background struct {
	shares map[uint64]float32
	daily  map[uint64]bool // names that the news is about every day
	lands  map[uint64]land
	roles  map[uint64]bool   // what has a capital and is no name
	days   map[weekday]uint8 // a bit each, from Monday on
}

// weekday is the name of a day of the week: a word of a language, or two that stand side by side.
type weekday struct {
	language     uint16
	before, stem uint64 // before is 0 where one word is the name
}

// loadBackground reads the tables once: they are the same for every Grouper.
var loadBackground = sync.OnceValue(func() *background {
	b := &background{
		shares: make(map[uint64]float32, 1<<17), daily: make(map[uint64]bool), lands: make(map[uint64]land),
		roles: make(map[uint64]bool), days: make(map[weekday]uint8),
	}
	if err := b.readSeed(); err != nil {
		panic(fmt.Sprintf("story: the embedded seed.txt.gz: %v", err)) // made at build time
	}

	b.raiseFunctionWords(functionWords)
	b.readWeekdays(weekdayNames)
	b.raise(namesText, dailyShare, b.daily)
	b.readLands(namesText)

	return b
})

func (bg *background) readSeed() error {
	var r reader

	return readTable(seedData, func(line string) error {
		w, n, ok := strings.Cut(line, " ")

		quarters, err := strconv.Atoi(n)
		if !ok || err != nil {
			return nil // the heading
		}

		r.words = r.words[:0]
		r.read(w, 1)

		for _, stem := range r.words {
			bg.shares[stem.stem] = min(bg.shares[stem.stem]+float32(math.Exp2(-float64(quarters)/4)), 0.9)
		}

		return nil
	})
}

// readTable calls each for every line of an embedded table, until one is wrong.
func readTable(data []byte, each func(line string) error) error {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}

	lines := bufio.NewScanner(z)
	for lines.Scan() {
		if err := each(lines.Text()); err != nil {
			return err
		}
	}

	return lines.Err()
}

// raise makes the words of a data file at least so common, and marks them in a set unless it
// is nil.
func (bg *background) raise(file string, share float32, mark map[uint64]bool) {
	var r reader

	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "[more") {
			return
		}

		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "[") {
			continue
		}

		bg.raiseWords(&r, line, share, mark)
	}
}

func (bg *background) raiseWords(r *reader, line string, share float32, mark map[uint64]bool) {
	r.words = r.words[:0]
	r.read(line, math.MaxInt)

	for _, w := range r.words {
		bg.shares[w.stem] = max(bg.shares[w.stem], share)
		if mark != nil {
			mark[w.stem] = true
		}
	}
}

// linesByLanguage are the lines of a file that begin with a language's code, "de: der die das".
func linesByLanguage(file string) iter.Seq2[string, string] {
	return func(yield func(language, words string) bool) {
		for line := range strings.Lines(file) {
			language, words, ok := strings.Cut(line, ": ")
			if ok && line[0] != '#' && !yield(language, words) {
				return
			}
		}
	}
}

// raiseFunctionWords makes the function words of each language common, in the forms that they
// have where the language of an article is known, and where it is not.
func (bg *background) raiseFunctionWords(file string) {
	var r reader

	for language, words := range linesByLanguage(file) {
		for _, r.language = range []uint16{0, languageCode(language)} {
			bg.raiseWords(&r, words, functionShare, nil)
		}
	}
}

// readWeekdays reads the days of the week. As words they are common, but the parts of a name such as
// segunda-feira, each of which is a word of its own.
func (bg *background) readWeekdays(file string) {
	var r reader

	for language, names := range linesByLanguage(file) {
		for _, known := range []uint16{0, languageCode(language)} {
			r.language = known

			for day, name := range strings.Fields(names) {
				if language != "en" && !strings.Contains(name, "-") {
					bg.raiseWords(&r, name, functionShare, nil)
				}

				r.words = r.words[:0]
				r.read(name, 2)
				bg.days[weekdayAt(known, r.words, len(r.words)-1)] = 1 << day
			}
		}
	}
}

// weekdayAt is word i of a text in a language, and the one that it is written together with.
func weekdayAt(language uint16, words []word, i int) weekday {
	w := weekday{language: language, stem: words[i].stem}
	if i > 0 && words[i].next {
		w.before = words[i-1].stem
	}

	return w
}

// daysOf returns the days of the week that word i of a text in a language names, a bit each.
func (bg *background) daysOf(language uint16, words []word, i int) uint8 {
	w := weekdayAt(language, words, i)

	days := bg.days[w]
	if days == 0 {
		w.before = 0
		days = bg.days[w]
	}

	return days
}

// share returns the part of all articles that have a word.
func (bg *background) share(stem uint64) float64 {
	if p, ok := bg.shares[stem]; ok {
		return float64(p)
	}

	return unseenShare
}

// Word is a word of a text with how much it says.
type Word struct {
	Stem     uint64  // the same for all forms of the word
	Weight   float64 // in nats: a word that one article in a thousand has weighs 6.9
	Name     bool    // written as a name
	Number   bool
	From, To int // where it stands in its text
}

// Weigh returns the first limit words of a title (no label before it) or of a text, without
// those that nearly every article has. It knows how rare a word is in English news at large;
// of other languages it knows the commonest words only.
func Weigh(text string, limit int) []Word {
	bg := loadBackground()

	var out []Word

	readWords(text, limit, func(words []word) {
		unmarkLone(words)

		out = make([]Word, 0, len(words))

		for _, w := range words {
			share := bg.share(w.stem)
			if share >= emptyShare {
				continue
			}

			out = append(out, Word{
				Stem: w.stem, Weight: -math.Log(max(share, leastShare)), Name: w.name, Number: w.number,
				From: int(w.from), To: int(w.to),
			})
		}
	})

	return out
}

// leastShare is the part of articles that a word is taken to be in at least, so that a slip of
// the pen does not outweigh everything.
const leastShare = 1e-5
