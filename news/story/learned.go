package story

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// learned says how common words are in one language in the news that this installation reads. It
// learns a story when that leaves the window, in which its words are counted by the dictionary,
// and forgets by halves: what came halfLife ago counts half as much as what comes now.
//
// Counts are multiples of what a story of the time of half counted, so that nothing has to be
// touched while time goes on; they are scaled when the newest would become too large. What was
// learned under a clock that was far ahead counts as of now.
type learned struct {
	stories float32            // learned
	told    map[uint64]float32 // of them, those that have a stem
	half    int64              // half-lives since 1970
}

const (
	halfLife   = 30 * 24 * time.Hour
	rescaledAt = 8    // half-lives after which counts are scaled
	leastKept  = 0.25 // stories of now, below which a word is forgotten at that time
	// mostStems bounds the words of all languages together, in some 8 MB and a third of that
	// in the database: the commonest stay.
	mostStems = 1 << 18
)

// How many stories the shipped tables count as, beside those that were learned: they are of
// English news, and of other languages they know the commonest words alone.
const (
	seedStories      = 2000
	seedStoriesOther = 50
)

const english = 'e'<<8 | 'n' // see languageCode

func newLearned(at int64) *learned {
	return &learned{told: make(map[uint64]float32), half: at / int64(halfLife.Seconds())}
}

// weightAt returns what a story of a time counts, in seconds.
func (l *learned) weightAt(at int64) float32 {
	return float32(math.Exp2(float64(at)/halfLife.Seconds() - float64(l.half)))
}

// scale makes room for the stories of now, in seconds, and returns how many words it has
// forgotten. Powers of two lose nothing.
func (l *learned) scale(at int64) (forgotten int) {
	later := at/int64(halfLife.Seconds()) - l.half

	switch {
	case later <= -rescaledAt:
		l.half += later
		return 0
	case later < rescaledAt:
		return 0
	}

	factor := float32(math.Exp2(-float64(later)))
	l.half += later
	l.stories *= factor

	for stem, n := range l.told {
		if n *= factor; n < leastKept {
			delete(l.told, stem)

			forgotten++
		} else {
			l.told[stem] = n
		}
	}

	return forgotten
}

// learnedOf returns what is known of the words of a language, and as how many stories the
// shipped tables count beside it; nil where nothing was learned.
func (g *Grouper) learnedOf(language uint16) (l *learned, seeds float64) {
	language = learnedLanguage(language)
	if l = g.learned[language]; l == nil {
		return nil, 0
	}

	seeds = seedStoriesOther
	if language == english || language == 0 {
		seeds = seedStories
	}

	return l, seeds * float64(l.weightAt(g.clock.unix()))
}

// share returns the part of all stories that have a stem, of which the shipped tables say seed.
func (l *learned) share(stem uint64, seed, seeds float64) float64 {
	if l == nil || math.IsInf(seeds, 1) { // what was learned is too old to say anything
		return seed
	}

	return (seed*seeds + float64(l.told[stem])) / (seeds + float64(l.stories))
}

// learnedLanguage returns a language by its two letters; what feeds write in their place counts
// as unknown.
func learnedLanguage(code uint16) uint16 {
	for _, c := range []byte{byte(code >> 8), byte(code)} {
		if c < 'a' || c > 'z' {
			return 0
		}
	}

	return code
}

// learn takes an article that leaves the window into the table of its language, unless it has
// been taken already, before a restart.
func (g *Grouper) learn(e *entry) {
	if e.id <= g.through {
		return
	}

	g.through = e.id
	language := learnedLanguage(e.language)

	l := g.learned[language]
	at := min(e.at, g.clock.unix())

	if l == nil {
		l = newLearned(at)
		g.learned[language] = l
	}

	g.stems -= l.scale(g.clock.unix())
	weight := l.weightAt(at)

	if e.story.held == 1 { // its last article
		l.stories += weight
	}

	for _, f := range e.features {
		if f&isTold == 0 {
			continue
		}

		stem := g.terms.terms[f.index()].stem
		if _, ok := l.told[stem]; !ok {
			g.stems++
		}

		l.told[stem] += weight
	}

	if g.stems > g.mostStems+g.mostStems/4 {
		g.forgetRare()
	}
}

// forgetRare forgets the rarest words of all languages.
func (g *Grouper) forgetRare() {
	at := g.clock.unix()

	for least := float32(leastKept); ; least *= 2 {
		g.stems = 0

		for _, l := range g.learned {
			now := l.weightAt(at)

			for stem, n := range l.told {
				if n <= least*now {
					delete(l.told, stem)
				}
			}

			g.stems += len(l.told)
		}

		if g.stems <= g.mostStems {
			return
		}
	}
}

// Background is what a Grouper has learned of how common words are, for Learn of another one.
type Background struct {
	Through int64             // the last article that it was learned from
	Words   map[string][]byte // by language, as an article has it, "" where that is not known
}

// Background returns what was learned from articles that have left the window. It is to be kept
// over a restart: what is in the window is learned from again.
func (g *Grouper) Background() Background {
	b := Background{g.through, make(map[string][]byte, len(g.learned))}
	for language, l := range g.learned {
		b.Words[languageName(language)] = l.append(nil)
	}

	return b
}

// Learn begins with what another Grouper has learned, before the first Assign or Restore. What
// another version wrote is left out, and said in the error.
func (g *Grouper) Learn(b Background) error {
	var errs []error

	g.through = b.Through

	for language, data := range b.Words {
		l, err := parseLearned(data)
		if err != nil {
			errs = append(errs, fmt.Errorf("learned words of language %q: %w", language, err))
			continue
		}

		g.learned[languageCode(language)] = l
	}

	g.stems = 0
	for _, l := range g.learned {
		g.stems += len(l.told)
	}

	return errors.Join(errs...)
}

func languageName(code uint16) string {
	if code == 0 {
		return ""
	}

	return string([]byte{byte(code >> 8), byte(code)})
}

// learnedVersion is the first byte of a table as it is kept. It changes with how words become
// stems.
const learnedVersion = 2

// append appends the table as it is kept: its version, the half-lives, the stories, and each stem
// with its count.
func (l *learned) append(b []byte) []byte {
	b = append(b, learnedVersion)
	b = binary.LittleEndian.AppendUint64(b, uint64(l.half))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(l.stories))

	for stem, n := range l.told {
		b = binary.LittleEndian.AppendUint64(b, stem)
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n))
	}

	return b
}

func parseLearned(b []byte) (*learned, error) {
	const head, each = 13, 12

	if len(b) < head || b[0] != learnedVersion || (len(b)-head)%each != 0 {
		return nil, fmt.Errorf("%d bytes that are not of version %d", len(b), learnedVersion)
	}

	l := &learned{
		half: int64(binary.LittleEndian.Uint64(b[1:])), stories: math.Float32frombits(binary.LittleEndian.Uint32(b[9:])),
		told: make(map[uint64]float32, (len(b)-head)/each),
	}

	for b = b[head:]; len(b) > 0; b = b[each:] {
		l.told[binary.LittleEndian.Uint64(b)] = math.Float32frombits(binary.LittleEndian.Uint32(b[8:]))
	}

	return l, nil
}
