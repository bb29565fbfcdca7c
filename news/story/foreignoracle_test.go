package story

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"newsbell/news"
)

// plainSounds are the spellings that are one sound: where several begin at a place, the first of them
// counts.
var plainSounds = strings.Fields(`shch=s tsch=s sch=s tch=s zh=s sh=s ch=s cz=s sz=s kh=k gh=g ph=f th=t ts=s tz=s ck=k
	qu=k ce=se ci=si cy=sy c=k q=k x=s z=s w=v j= h= y=`)

// plainSound is soundOf as its definition reads: spellings of a sound are replaced, vowels and a plural's
// end do not count, a doubled consonant is one; a name of fewer than four consonants keeps its vowels.
func plainSound(latin string) string {
	if len(latin) > 4 {
		latin = strings.TrimSuffix(latin, "s")
	}

	spelt := ""

	for latin != "" {
		from, to := latin[:1], latin[:1]

		for _, s := range plainSounds {
			if f, t, _ := strings.Cut(s, "="); strings.HasPrefix(latin, f) {
				from, to = f, t
				break
			}
		}

		spelt, latin = spelt+to, latin[len(from):]
	}

	consonants := ""

	for _, c := range strings.Map(func(r rune) rune {
		if strings.ContainsRune("aeiou", r) {
			return -1
		}

		return r
	}, spelt) {
		if !strings.HasSuffix(consonants, string(c)) {
			consonants += string(c)
		}
	}

	if len(consonants) >= 4 {
		return consonants
	}

	return spelt
}

var (
	plainGroups  = regexp.MustCompile(`[.,](\d{3})([^\d]|$)`)
	plainOthers  = regexp.MustCompile(`[^\d.,]`)
	plainStrays  = regexp.MustCompile(`[.,]([^\d]|$)`)
	plainLeading = regexp.MustCompile(`^[^\d]+`)
)

// plainDigits is digitsOf: a point or a comma before three digits is none, before others a point.
func plainDigits(s string) string {
	s = plainLeading.ReplaceAllString(plainOthers.ReplaceAllString(s, " "), "")
	for plainGroups.MatchString(s) {
		s = plainGroups.ReplaceAllString(s, "$1$2")
	}

	for plainStrays.MatchString(s) {
		s = plainStrays.ReplaceAllString(s, "$1")
	}

	return strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), ",", ".")
}

// plainAnchors is findAnchors as its definition reads.
func plainAnchors(g *Grouper, p *probe) (found []anchor) {
	words := p.reader.words[:p.aside]

	readable := func(i int) (a anchor, ok bool) {
		w, written := words[i], p.written(i)

		switch l, isLand := g.background.lands[w.stem]; {
		case w.land != 0, isLand && !l.town, g.background.roles[w.stem]:
			return a, false
		case w.number:
			digits := plainDigits(written)
			year := len(digits) == 4 && (strings.HasPrefix(digits, "19") || strings.HasPrefix(digits, "20"))

			return makeAnchor([]byte(digits), numberShare(uint8(len(digits))), true), len(digits) > 1 && !year
		case !w.name:
			return a, false
		}

		latin := latinOf(written)

		share := g.background.share(w.stem)
		if p.language != english {
			share = max(share, g.background.share(hashOf(stemOf([]byte(latin), english))))
		}

		return makeAnchor([]byte(plainSound(latin)), share, false), len(latin) > 2
	}

	for i := range words {
		a, ok := readable(i)
		if !ok {
			continue
		}

		a.title = i < p.split

		if !a.number && i > 0 && i != p.split && words[i].next {
			before, is := readable(i - 1)
			a.joined = is && !before.number
		}

		switch k := slices.IndexFunc(found, func(o anchor) bool { return o.key == a.key }); {
		case k >= 0:
			found[k].title = found[k].title || a.title
		case len(found) < mostAnchors:
			found = append(found, a)
		}
	}

	return found
}

// tellers counts the articles of the window that have an anchor.
func tellers(g *Grouper, key uint32) (n int) {
	for _, e := range g.articles {
		if slices.ContainsFunc(e.anchors, func(a anchor) bool { return a.key == key }) {
			n++
		}
	}

	return n
}

// plainForeign is surelyOne as its definition reads; why is what speaks against it.
func plainForeign(g *Grouper, stories map[*story]bool, p *probe, e *entry) (why string) {
	var (
		evidence       float64
		rare           []uint32
		titleP, titleE bool
		number         bool
		last           = -1 // the shared anchor before, by its place in e
	)

	place := func(list []anchor, key uint32) int {
		return slices.IndexFunc(list, func(a anchor) bool { return a.key == key })
	}

	for i, x := range p.anchors {
		k := place(e.anchors, x.key)
		if k < 0 {
			continue
		}

		y, n, held := e.anchors[k], float64(len(stories)), tellers(g, x.key)
		share := math.Exp(-rarityStep*float64(min(x.rarity, y.rarity)))*tableStories/(n+tableStories) + (max(float64(held)-1, 0)+0.5)/(n+newStories)
		weight := max(-math.Log(share), 0)
		second := x.joined && i > 0 && place(e.anchors, p.anchors[i-1].key) >= 0 || y.joined && k > 0 && last == k-1
		last = k
		titleP, titleE, number = titleP || x.title, titleE || y.title, number || x.number

		switch {
		case second:
			evidence += joinedShare * weight
		default:
			evidence += weight

			if weight >= rareAnchor && (x.title || y.title) && held <= mostOfAnchor {
				rare = append(rare, x.key)
			}
		}
	}

	inTitles := func(list []anchor) bool {
		return slices.ContainsFunc(list, func(a anchor) bool { return a.number && a.title })
	}

	if len(rare) < rareAnchors || !titleP || !titleE {
		return "too little in common"
	}

	if inTitles(p.anchors) && inTitles(e.anchors) && !number {
		return "other numbers"
	}

	landsP, landsE := plainLands(&p.entry), plainLands(e)
	both := slices.ContainsFunc(landsP, func(l uint8) bool { return slices.Contains(landsE, l) })

	if both {
		evidence += landEvidence
	} else if len(landsP) > 0 && len(landsE) > 0 {
		return "other countries"
	}

	if evidence < sureEvidence+math.Log(float64(g.density()+newStories)) {
		return "too little evidence"
	}

	lacks := func(e, other *entry) bool {
		for _, a := range e.anchors {
			if a.title && !a.number && !a.joined && place(other.anchors, a.key) < 0 {
				return e.language != german
			}
		}

		return false
	}

	if lacks(&p.entry, e) && lacks(e, &p.entry) {
		return "a name in each title that the other lacks"
	}

	told := map[*story]int{} // of the rare anchors, those that other stories have

	for s := range stories {
		for _, key := range rare {
			for _, o := range g.articles {
				if o.story == s && s != e.story && (o.language == e.language || o.language == p.language) && place(o.anchors, key) >= 0 {
					told[s]++
					break
				}
			}
		}

		if told[s] > 1 {
			return "another story has both"
		}
	}

	return ""
}

// plainLands are the countries that an article names, by their towns too.
func plainLands(e *entry) (lands []uint8) {
	for _, l := range slices.Concat(e.countries[:], e.towns[:]) {
		if l != 0 {
			lands = append(lands, l)
		}
	}

	return lands
}

// plainForeignStories is foreignStories by asking every article of the window.
func plainForeignStories(g *Grouper, p *probe, why func(string)) (ids []int64) {
	byLanguage, stories := map[uint16]map[*story]bool{}, map[*story]bool{}
	for _, e := range g.articles {
		stories[e.story] = true
	}

	for _, e := range g.articles {
		apart := time.Duration(max(p.at-e.at, e.at-p.at)) * time.Second
		if e.language == p.language || !e.story.takes(p.at) || apart > 48*time.Hour || len(p.anchors) == 0 || len(e.anchors) == 0 {
			continue
		}

		against := plainForeign(g, stories, p, e)
		why(against)

		if against == "" {
			if byLanguage[e.language] == nil {
				byLanguage[e.language] = map[*story]bool{}
			}

			byLanguage[e.language][e.story] = true
		}
	}

	for _, stories := range byLanguage {
		if len(stories) > 1 {
			why("two stories of one language")
			continue
		}

		for s := range stories {
			told := false
			for _, e := range g.articles {
				told = told || e.story == s && p.publisher != 0 && e.publisher == p.publisher && e.language == p.language
			}

			if told {
				why("told by its outlet")
			} else if !slices.Contains(ids, s.id) {
				ids = append(ids, s.id)
			}
		}
	}

	slices.SortFunc(ids, cmp.Compare[int64])

	return ids
}

// foreignFrames are how languages put an event: its person, number, town, country and company.
var foreignFrames = map[string][2]string{
	"en": {"At least %[3]s are hurt in the %[4]s blast at %[7]s, says %[1]s of %[5]s", "A blast shook %[4]s in %[5]s. Governor %[1]s %[2]s had %[6]s people leave."},
	"fr": {"Au moins %[3]s blessés à %[4]s chez %[7]s, annonce le gouverneur %[1]s, %[5]s", "Une explosion a secoué %[4]s, %[5]s. Le gouverneur %[1]s %[2]s a fait évacuer %[6]s habitants."},
	"de": {"Nun sind es %[3]s Verletzte in %[4]s bei %[7]s, sagt gestern %[1]s %[2]s", "Eine Explosion hat %[4]s in %[5]s erschüttert. %[1]s %[2]s ließ %[6]s Menschen fortbringen."},
	"ru": {"Взрыв в городе %[4]s, %[5]s, в компании %[7]s: пострадали %[3]s, сообщил %[1]s", "Взрыв произошёл в городе %[4]s. %[1]s %[2]s вывел %[6]s человек."},
}

// foreignLands are countries as those languages name them.
var foreignLands = []map[string]string{
	{"en": "Chile", "fr": "Chili", "de": "Chile", "ru": "Чили"},
	{"en": "Japan", "fr": "Japon", "de": "Japan", "ru": "Япония"},
	{"en": "Norway", "fr": "Norvège", "de": "Norwegen", "ru": "Норвегия"},
}

// madeForeign makes articles of events that are told in four languages. Most events are an earlier
// one in which some names, the number or the country are others.
func madeForeign(n int, random *rand.Rand) (out []labelled) {
	often := make([]string, 40)
	name := func() string {
		k := random.IntN(2 * len(often))
		if k < len(often) && often[k] != "" { // one that is heard of often
			return often[k]
		}

		made := ""
		for range 3 + random.IntN(2) {
			made += string("bdfgklmnprtvz"[random.IntN(13)]) + string("aeiou"[random.IntN(5)])
		}

		made = strings.ToUpper(made[:1]) + made[1:] + string("nrlmk"[random.IntN(5)])
		if k < len(often) {
			often[k] = made
		}

		return made
	}
	fresh := func() [7]string { // in the order of foreignFrames; of the country its number
		return [7]string{name(), name(), fmt.Sprint(101 + random.IntN(800)), name(), fmt.Sprint(random.IntN(len(foreignLands))), fmt.Sprintf("%d,%d00", 10+random.IntN(80), 1+random.IntN(9)), name()}
	}

	var events [][7]string

	for len(out) < n {
		event := fresh()

		if len(events) > 0 && random.IntN(4) > 0 {
			was, changed := events[random.IntN(len(events))], event
			event = was

			for range 1 + random.IntN(3) {
				k := random.IntN(len(event))
				event[k] = changed[k]
			}
		}

		events = append(events, event)
		at := noon.Add(time.Duration(random.IntN(80)) * time.Hour)
		outlet := random.IntN(12)

		for range 1 + random.IntN(5) {
			language := []string{"en", "fr", "de", "ru"}[random.IntN(4)]
			told := make([]any, len(event))

			for i, s := range event {
				told[i] = s
				if language == "ru" && unicode.IsLetter(rune(s[0])) {
					told[i] = inCyrillic(s)
				}
			}

			told[4] = foreignLands[event[4][0]-'0'][language]

			a := news.Article{Language: language, Outlet: fmt.Sprint("outlet ", outlet+random.IntN(2)), Title: fmt.Sprintf(foreignFrames[language][0], told...)}
			if random.IntN(4) > 0 {
				a.Text = fmt.Sprintf(foreignFrames[language][1], told...)
			}

			out = append(out, labelled{Article: a, at: at.Add(time.Duration(random.IntN(50)) * time.Hour)})
		}
	}

	slices.SortStableFunc(out, func(x, y labelled) int { return x.at.Compare(y.at) })

	return append(out[:n], rareForeign(out[n-1].at, name)...)
}

// rareForeign makes what hardly comes by chance: names that several articles have, each beside another,
// and an article that tells two stories of one language.
func rareForeign(at time.Time, name func() string) (out []labelled) {
	add := func(language, outlet, title string) {
		out = append(out, labelled{Article: news.Article{Language: language, Outlet: outlet, Title: title}, at: at})
	}

	var of, with [4]string
	for i := range of {
		of[i], with[i] = name(), name()
	}

	for i := range of {
		for k := range with {
			add("en", fmt.Sprint("outlet ", 20+4*i+k), strings.ToLower(fmt.Sprint(name(), " ", name(), " ", name(), " ", name()))+" of "+of[i]+" with "+with[k]+" "+strings.ToLower(name()))
		}
	}

	for i := range of {
		add("fr", fmt.Sprint("outlet ", 40+i), strings.ToLower(fmt.Sprint(name(), " ", name(), " ", name(), " ", name()))+" de "+of[i]+" chez "+with[i])
	}

	add("en", "X", "Talks that took all night of Bovakidan with Tumerokal")
	add("en", "Y", "No word so far on the plans of Zupelinor for Gorimadek")
	add("fr", "Z", "Nuit de discussions de Bovakidan et Tumerokal pendant que Zupelinor se méfie de Gorimadek")

	return out
}

func inCyrillic(name string) string {
	letters := strings.NewReplacer("a", "а", "b", "б", "d", "д", "e", "е", "f", "ф", "g", "г", "i", "и", "k", "к", "l", "л", "m", "м",
		"n", "н", "o", "о", "p", "п", "r", "р", "t", "т", "u", "у", "v", "в", "z", "з")
	runes := []rune(letters.Replace(strings.ToLower(name)))
	runes[0] = unicode.ToUpper(runes[0])

	return string(runes)
}

// TestForeignStoriesAreTheirDefinition compares, for each article of a stream in four languages, what is
// read of it and which stories of other languages it surely tells with what the definitions say.
func TestForeignStoriesAreTheirDefinition(t *testing.T) {
	said := map[string]int{}
	told := 0

	for seed := range uint64(2) {
		g := New()

		for i, a := range madeNews(250, 1500, seed) { // others that fill the window
			g.Assign(int64(-1-i), &a.Article, a.at)
		}

		for i, a := range madeForeign(160, rand.New(rand.NewPCG(seed, 14))) {
			p := g.begin(&a.Article, a.at)

			if want := plainAnchors(g, p); g.anchors.on && !slices.Equal(p.anchors, want) {
				t.Fatalf("the anchors of %q:\n got %v\nwant %v", a.Title, p.anchors, want)
			}

			want := plainForeignStories(g, p, func(why string) { said[why]++ })

			var got []int64
			for _, s := range g.foreignStories(p) {
				got = append(got, s.id)
			}

			if !slices.Equal(got, want) {
				t.Fatalf("%q tells the stories %v, want %v", a.Title, got, want)
			}

			told += len(got)

			for _, e := range g.articles {
				e.stamp = 0 // nothing was searched
			}

			d := g.decide(p)

			into := d.into
			if into == nil {
				into = g.open(int64(i), a.at)
			}

			for _, other := range d.join {
				g.join(into, other)
			}

			g.add(into, p, int64(i))
		}
	}

	for why, least := range map[string]int{
		"": 60, "too little in common": 1000, "other numbers": 5, "other countries": 2, "too little evidence": 2,
		"a name in each title that the other lacks": 5, "another story has both": 5, "two stories of one language": 2, "told by its outlet": 5,
	} {
		if said[why] < least {
			t.Errorf("%q came %d times, want %d", why, said[why], least)
		}
	}

	if told < 50 {
		t.Errorf("%d stories of other languages were told", told)
	}
}

// TestChanceAnchorsAreComparedAsDefined: windows of a few articles whose anchors are dealt by chance, so that
// names stand beside each other in every way.
func TestChanceAnchorsAreComparedAsDefined(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 6))
	keys := random.Perm(24)
	deal := func(p *probe) {
		p.entry = entry{at: int64(random.IntN(80)) * 3600, publisher: uint32(1 + random.IntN(9)), language: []uint16{english, german, 'f'<<8 | 'r'}[random.IntN(3)]}
		p.countries[0] = uint8(random.IntN(3))

		if random.IntN(3) == 0 {
			keys = random.Perm(24)
		}

		n := 4 + random.IntN(3) // most of which the article before has too
		random.Shuffle(n, func(i, k int) { keys[i], keys[k] = keys[k], keys[i] })

		for _, key := range keys[:n] {
			number := key < 3
			p.anchors = append(p.anchors, anchor{uint32(key + 1), uint8(55 + random.IntN(40)), random.IntN(3) > 0, number, !number && len(p.anchors) > 0 && random.IntN(3) == 0})
		}
	}
	said := map[string]int{}

	for range 1000 {
		g := New()
		g.anchors.on = true
		p := &g.probe

		for id := range int64(8) {
			g.placed++

			deal(p)

			p.number = g.placed

			into := g.open(id, time.Unix(p.at, 0))
			if random.IntN(3) == 0 && len(g.articles) > 0 {
				delete(g.byID, id)
				into = g.articles[random.IntN(len(g.articles))].story
			}

			g.add(into, p, id)
		}

		g.placed++

		deal(p)

		for _, e := range g.articles {
			stories := map[*story]bool{}
			for _, o := range g.articles {
				stories[o.story] = true
			}

			why := plainForeign(g, stories, p, e)
			said[why]++

			if got := g.surelyOne(p, e); got != (why == "") {
				t.Fatalf("one story: %t, by the definition %q\n%+v\n%+v", got, why, p.entry, *e)
			}
		}

		var got []int64
		for _, s := range g.foreignStories(p) {
			got = append(got, s.id)
		}

		if want := plainForeignStories(g, p, func(why string) { said[why]++ }); !slices.Equal(got, want) {
			t.Fatalf("stories %v, want %v", got, want)
		}
	}

	if len(said) < 8 || said[""] < 200 || said["too little evidence"] < 20 {
		t.Errorf("what was said: %v", said)
	}
}

// TestSoundsAndDigitsAreTheirDefinition: names and numbers of chance letters and signs.
func TestSoundsAndDigitsAreTheirDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 3))

	for range 10_000 {
		name, number := "", ""
		for range 1 + random.IntN(10) {
			name += string("abcdeghijkoqstuwxyzhsch"[random.IntN(23)])
			number += string("0123456789,.,.%a"[random.IntN(16)])
		}

		if got, want := soundOf(name), plainSound(name); got != want {
			t.Fatalf("%s sounds %q, want %q", name, got, want)
		}

		if got, want := string(digitsOf(number)), plainDigits(number); got != want {
			t.Fatalf("the digits of %s are %q, want %q", number, got, want)
		}
	}
}
