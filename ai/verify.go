package ai

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/subscriptions/text"
)

// fault is why a sentence is not shown; "" if it is.
type fault string

// The faults of sentences.
const (
	noSource     fault = "names no article"
	tooLong      fault = "is too long"
	anAddress    fault = "has an address"
	aMention     fault = "mentions somebody"
	otherNumber  fault = "has a number that its articles lack"
	otherDate    fault = "has a date that its articles lack"
	otherName    fault = "has a name that its articles lack"
	otherQuote   fault = "has a quotation that its articles lack"
	otherMoney   fault = "has a currency that its articles lack"
	relativeDate fault = "says a day by a word that will be wrong tomorrow"
	otherWords   fault = "says what its articles do not"

	otherRelation fault = "says of its names or numbers what no passage of its articles does"
)

// Shares of a sentence's words that its articles must have, in one language. Scripts
// without capitals do not show their names, so more is asked of them.
const (
	leastShared         = 0.5
	leastSharedCaseless = 0.7
)

var (
	addressForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)https?:|www\.|://|[\pL\pN-]\.\pL{2,}(?:/|\b)`) })
	mentionForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`@[\pL\pN_]|<[@#!:/]|@\s*(everyone|here)`) })
)

// verifySentence checks a sentence against the articles that it names. Abroad says that it is
// in another language than they are: then its ordinary words cannot be compared, nor what its
// quotations say, only whether the articles have as many.
func verifySentence(sentence string, articles []*news.Article, abroad bool, language string) fault {
	if len(articles) == 0 {
		return noSource
	}

	return readEvidence(articles).verify(sentence, articles, abroad, language)
}

// verify is verifySentence for articles that were read, so that several sentences read them once.
func (e *evidence) verify(sentence string, articles []*news.Article, abroad bool, language string) fault {
	if n := utf8.RuneCountInString(sentence); n == 0 || n > longestShown {
		return tooLong
	}

	if addressForm().MatchString(sentence) {
		return anAddress
	}

	if mentionForm().MatchString(sentence) {
		return aMention
	}

	if wrong := e.checkFigures(sentence); wrong != "" {
		return wrong
	}

	_, rest := daysOf(sentence)
	words := text.Words(rest)

	for _, w := range words {
		if relativeDays[w.Key] {
			return relativeDate
		}
	}

	if !e.hasNames(rest, words, abroad, language) {
		return otherName
	}

	if abroad {
		if len(quotationsOf(sentence)) > e.quoted {
			return otherQuote
		}

		return ""
	}

	if !e.hasQuotations(sentence) {
		return otherQuote
	}

	if !e.sharesWords(words) {
		return otherWords
	}

	if !isTold(sentence, words, articles, language) {
		return otherRelation
	}

	return ""
}

// isTold reports whether a passage of the articles says what a sentence says of what it names.
func isTold(sentence string, words []text.Word, articles []*news.Article, language string) bool {
	for _, w := range words {
		if text.IsDense(w.Key) {
			return hasDenseRelation(sentence, articles)
		}
	}

	return isBorneOut(sentence, articles, language)
}

// checkFigures checks dates, numbers and currencies.
func (e *evidence) checkFigures(sentence string) fault {
	days, rest := daysOf(sentence)
	for _, d := range days {
		if !e.days[d] {
			return otherDate
		}
	}

	for _, n := range numbersOf(rest) {
		if !e.numbers[n] {
			return otherNumber
		}
	}

	for sign := range currencies {
		if strings.Contains(sentence, sign) && !e.currency[sign] {
			return otherMoney
		}
	}

	return ""
}

// hasNames reports whether the articles have every name of a sentence: every word
// with a capital but the first, and the first too if it is followed by another one or
// is no word that sentences begin with.
func (e *evidence) hasNames(s string, words []text.Word, abroad bool, language string) bool {
	if language == "de" && abroad {
		return e.hasGermanNames(s, words)
	}

	for i, w := range words {
		if w.Alternative || w.Width > 1 {
			continue
		}

		surface := s[w.Start:w.End]
		if !hasCapital(surface) {
			continue
		}

		if beginsSentence(s, w.Start) && !isName(s, words, i) {
			if abroad || starters()[w.Key] || e.has(w.Key) {
				continue
			}

			return false
		}

		if !e.hasNameOf(w.Key, abroad, language) {
			return false
		}
	}

	return true
}

// hasNameOf reports whether the articles have a name, as the language of the sentence
// writes it.
func (e *evidence) hasNameOf(key string, abroad bool, language string) bool {
	switch {
	case starters()[key]: // "I", "The" in a title
		return true
	case language == "de":
		return e.has(key) || e.hasInflected(key)
	case language == "" || language == "en":
		return e.hasName(key)
	case abroad && !e.sameScript(key):
		return true
	default:
		return e.hasInflected(key)
	}
}

// sameScript reports whether the articles have words in the script of a name.
func (e *evidence) sameScript(key string) bool {
	r, _ := utf8.DecodeRuneInString(key)
	cyrillic := unicode.Is(unicode.Cyrillic, r)

	n, same := 0, 0

	for w := range e.words {
		first, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsLetter(first) {
			continue
		}

		n++

		if unicode.Is(unicode.Cyrillic, first) == cyrillic {
			same++
		}
	}

	return same*2 >= n
}

func hasCapital(s string) bool { return strings.IndexFunc(s, unicode.IsUpper) >= 0 }

// beginsSentence reports whether the word at an offset is the first of a sentence, also
// of one within quotation marks or after a colon.
func beginsSentence(s string, at int) bool {
	before := strings.TrimRightFunc(s[:at], func(r rune) bool { return unicode.IsSpace(r) || text.IsQuote(r) || r == '\'' || r == '(' })
	if before == "" {
		return true
	}

	last, _ := utf8.DecodeLastRuneInString(before)

	return strings.ContainsRune(".!?:…", last)
}

// isName reports whether the first word of a sentence is a name: one capital does not
// tell, but another inside it does, or a word with a capital right after it.
func isName(s string, words []text.Word, i int) bool {
	w := words[i]
	surface := s[w.Start:w.End]
	_, size := utf8.DecodeRuneInString(surface)

	if hasCapital(surface[size:]) {
		return true
	}

	if starters()[w.Key] || i+1 >= len(words) {
		return false
	}

	next := words[i+1]

	return hasCapital(s[next.Start:next.End]) && strings.TrimSpace(s[w.End:next.Start]) == ""
}

// hasQuotations reports whether the articles have every quotation of a sentence word
// for word. Three dots in it leave something out.
func (e *evidence) hasQuotations(s string) bool {
	for _, quotation := range quotationsOf(s) {
		for part := range strings.SplitSeq(strings.ReplaceAll(quotation, "…", "..."), "...") {
			if !e.quotes(part) {
				return false
			}
		}
	}

	return true
}

// quotationsOf returns what stands between quotation marks; without a mark at its end,
// all that follows.
func quotationsOf(s string) []string {
	var out []string

	from := -1

	for i, r := range s {
		if !text.IsQuote(r) && !isSingleQuote(s, i, r) {
			continue
		}

		if from < 0 {
			from = i + utf8.RuneLen(r)
			continue
		}

		out = append(out, s[from:i])
		from = -1
	}

	if from >= 0 {
		out = append(out, s[from:])
	}

	return out
}

// isSingleQuote reports whether an apostrophe opens or closes a quotation: it has a
// letter on at most one side. That of "workers' rights" looks the same, and asks for
// a verbatim rest that is seldom there: the sentence is dropped, which is safe.
func isSingleQuote(s string, i int, r rune) bool {
	if r != '\'' && r != '‘' && r != '’' {
		return false
	}

	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
	opens := !unicode.IsLetter(before) && !unicode.IsDigit(before) && unicode.IsLetter(after)
	closes := strings.ContainsAny(s[:i], "'‘") && (unicode.IsLetter(before) || unicode.IsPunct(before)) && !unicode.IsLetter(after) && opensBefore(s[:i])

	return opens || closes
}

// opensBefore reports whether a single quotation mark stands open.
func opensBefore(s string) bool {
	open := false

	for i, r := range s {
		if r != '\'' && r != '‘' {
			continue
		}

		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		open = open || !unicode.IsLetter(before) && !unicode.IsDigit(before) && unicode.IsLetter(after)
	}

	return open
}

// sharesWords reports whether the articles have enough of a sentence's words.
func (e *evidence) sharesWords(words []text.Word) bool {
	n, shared, caseless := 0, 0, false
	before := ""

	for _, w := range words {
		if w.Alternative {
			continue
		}

		if text.IsDense(w.Key) {
			caseless = true

			if before != "" {
				n++

				if e.pairs[before+w.Key] {
					shared++
				}
			}

			before = w.Key

			continue
		}

		before = ""

		if utf8.RuneCountInString(w.Key) < 4 || starters()[w.Key] {
			continue
		}

		caseless = caseless || !hasCase(w.Key)
		n++

		if e.has(w.Key) {
			shared++
		}
	}

	least := leastShared
	if caseless {
		least = leastSharedCaseless
	}

	return float64(shared) >= least*float64(n)
}

// hasCase reports whether a folded word is of a script that has capitals.
func hasCase(key string) bool {
	r, _ := utf8.DecodeRuneInString(key)
	return unicode.ToUpper(r) != r || !unicode.IsLetter(r)
}

// starters are words that sentences begin with and that name nothing, folded, of the
// languages in which a name is known by its capital.
var starters = sync.OnceValue(func() map[string]bool {
	return setOf(`a about according after all also although amid among an and another any are as at back because been
before both but by can could despite did does during each earlier either even every few following for from had has have he
her here his how however i if in instead into is it its last later like many may meanwhile more most much must my near nearly neither
never new no none nor not now of off on once one only or other others our out over part people per rather same says separately several she should
since so some still such than that the their them then there these they this those though through thus to together two under
until up upon us was we were what when where whether which while who whose why will with within without would yet you your
according critics experts officials authorities police reports sources analysts lawmakers residents witnesses investigators
ab am an auch auf aus bei bis da das dem den der des die doch durch ein eine er es fur im in ist laut mit nach noch nun seit sie so um und unter vom von vor wahrend wegen weil wenn wie zu zum zur zwei drei
al ante aunque como con cuando de desde dos el ella en entre es esta este estos hasta la las los mas mientras no para pero por segun sin sobre su tambien tras un una unos y
au aux avec ce ces cette dans depuis deux du elle est et il ils je le les leur lors mais ou par pendant plus pour qu que sa selon ses si sous sur tous tout un une vers
a ao aos apos as com da das de depois do dos e ela ele em essa esse eles foi na nas no nos o os pela pelo por que se sem seu sua tambem uma
alla al anche che ci con cosi da dal dalla del della delle di dopo due e gli ha ho i il la le lo ma nel nella nelle non per piu secondo si sono sul sulla tra un una
albo ale dla do gdy i ich jak jego jej jednak jest juz ktory na nad nie o od oraz po pod podczas przed przez przy sie sa ta te to tym w wedlug z za ze
а без более в во все для до его ее если за и из или их к как когда который ли между мы на над не но о об однако он она они оно от по под после при с со так также то того у уже что это этот
bir bu da de icin ile olarak ve`)
})

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}

	return set
}
