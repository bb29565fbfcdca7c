package story

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// landNames are the countries of the world as a language names them, by the stem of the name's
// first word or first two signs. Names of several words are left out. The names are those of the
// Unicode CLDR.
type landNames map[uint64][]landName

type landName struct {
	dense   string // the name in a script without spaces
	country uint8
}

var (
	landsOnce sync.Map // of a language's two letters: func() landNames
	noLands   = landNames{}
)

// landsOf returns the countries by their names in a language, numbered as those of names.txt are.
func (bg *background) landsOf(code uint16) landNames {
	if code == 0 || code == english || learnedLanguage(code) == 0 {
		return noLands
	}

	if once, ok := landsOnce.Load(code); ok {
		return once.(func() landNames)()
	}

	once, _ := landsOnce.LoadOrStore(code, sync.OnceValue(func() landNames { return bg.readLandNames(code) }))

	return once.(func() landNames)()
}

func (bg *background) readLandNames(code uint16) landNames {
	namer := display.Regions(language.Make(languageName(code)))
	if namer == nil {
		return noLands
	}

	found := landNames{}
	r := reader{language: code}
	inEnglish := display.English.Regions()

	for _, region := range regions() {
		known := inEnglish.Name(region)

		country := bg.lands[stemOfWord(known)].country
		if country == 0 || strings.Contains(known, " ") {
			continue
		}

		name := namer.Name(region)
		r.words = r.words[:0]
		r.read(name, titleWords)

		switch {
		case len(r.words) == 0 || strings.ContainsAny(name, " -'’"):
		case isDense([]byte(name)):
			found[r.words[0].stem] = append(found[r.words[0].stem], landName{name, country})
		default:
			found[r.words[0].stem] = append(found[r.words[0].stem], landName{"", country})
		}
	}

	return found
}

// markLands marks the words of a text that name a country.
func (names landNames) markLands(words []word, s string) {
	if len(names) == 0 {
		return
	}

	for i := range words {
		w := &words[i]
		longest := -1

		for _, n := range names[w.stem] {
			if len(n.dense) > longest && n.standsAt(s, int(w.from)) {
				longest, w.land = len(n.dense), n.country
			}
		}
	}
}

// standsAt reports whether a name that begins at a place of a text ends there as well: the signs
// that Japanese writes foreign words with go on in longer ones.
func (n landName) standsAt(s string, from int) bool {
	if n.dense == "" {
		return true
	}

	rest, ok := strings.CutPrefix(s[from:], n.dense)
	if !ok {
		return false
	}

	last, _ := utf8.DecodeLastRuneInString(n.dense)
	next, _ := utf8.DecodeRuneInString(rest)
	before, _ := utf8.DecodeLastRuneInString(s[:from])

	return !isKana(last) || !isKana(next) && !isKana(before)
}

func isKana(r rune) bool { return r == 'ー' || unicode.Is(unicode.Katakana, r) }

// regions are the countries of ISO 3166.
var regions = sync.OnceValue(func() []language.Region {
	var out []language.Region

	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if r, err := language.ParseRegion(string([]rune{a, b})); err == nil && r.IsCountry() && r.String() == string([]rune{a, b}) {
				out = append(out, r)
			}
		}
	}

	return out
})
