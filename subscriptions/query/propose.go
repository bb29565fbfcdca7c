package query

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Proposal is a query that was probably meant by what somebody typed.
type Proposal struct {
	Query   string // what to offer; it parses
	Message string // one sentence: why what was typed is probably not meant
}

// Propose returns what was probably meant instead of what was typed, the likeliest
// first; nil when what was typed is clear. It is for texts that people write as they
// would to a person: sentences ("tell me when there is an earthquake in Chile"),
// exclusions in words ("tesla without stock"), choices with a slash
// ("tesla/spacex"), initials with spaces ("J. K. Rowling") and nearness as other languages of queries write it ("oil w/5
// spill"). Parse reads all of these as words that an article must have, so
// somebody who follows one should be asked first, with the proposal as the first
// answer. What does not parse has a suggestion of its own.
func Propose(typed string) []Proposal {
	seen := stripInvisible(typed)

	q, err := parsePrintable(seen, false)
	if err != nil || hasOperators(seen) {
		return nil
	}

	words := strings.Fields(strings.ReplaceAll(seen, ",", " , "))

	var out []Proposal

	rest, message := words, ""
	if core := withoutSentence(words); len(core) > 0 && len(core) < len(words) {
		rest, message = core, msgSentence
	}

	if excluded, by := withExclusion(rest); by != "" {
		rest = excluded

		if message == "" {
			message = fmt.Sprintf(msgExclusion, by)
		}
	}

	if split, slashed := withChoices(rest); slashed != "" {
		rest = split

		if message == "" {
			message = slashMessage(slashed)
		}
	}

	if joined, initials := withInitials(rest); initials != "" {
		rest = joined

		if message == "" {
			message = fmt.Sprintf(msgInitials, initials)
		}
	}

	if close, operator := withNear(rest); operator != "" {
		rest = close

		if message == "" {
			message = fmt.Sprintf(msgNearWords, operator)
		}
	}

	text := strings.ReplaceAll(strings.Join(rest, " "), " ,", ",")
	if p, err := parsePrintable(text, false); message != "" && err == nil && p.String() != q.String() && p.root.isPositive() {
		out = append(out, Proposal{Query: text, Message: message})
	}

	return out
}

// nearOperator is how other search languages say that two words are near each other: NEAR/5, w/5, WITHIN/10, NEAR.
var nearOperator = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:NEAR|(?i:near|onear|within|w|adj)/(\d{1,2}))$`) })

// nearby is how far apart two words may be where nobody says it.
const nearby = "10"

// withNear returns words with two that are near each other as a phrase that may have others between them, and the operator
// by which that was asked.
func withNear(words []string) (out []string, operator string) {
	for i := 0; i < len(words); i++ {
		m := []string(nil)
		if i > 0 && i+1 < len(words) {
			m = nearOperator().FindStringSubmatch(words[i])
		}

		if m == nil {
			out = append(out, words[i])
			continue
		}

		last := len(out) - 1
		out[last] = `"` + out[last] + " " + words[i+1] + `"~` + cmp.Or(m[1], nearby)
		operator = cmp.Or(operator, words[i])
		i++
	}

	return out, operator
}

// withInitials returns words with the initials of a name together (J.K. of J. K.), and the first that it put together.
func withInitials(words []string) (out []string, initials string) {
	isInitial := func(w string) bool {
		r, size := utf8.DecodeRuneInString(w)
		return unicode.IsLetter(r) && w[size:] == "."
	}

	for len(words) > 0 {
		n := 0
		for n < len(words) && isInitial(words[n]) {
			n++
		}

		if n > 1 {
			initials = cmp.Or(initials, strings.Join(words[:n], ""))
		}

		n = max(n, 1)
		out, words = append(out, strings.Join(words[:n], "")), words[n:]
	}

	return out, initials
}

// hasOperators reports whether the writer knows the language: what has operators of
// it is left alone.
func hasOperators(s string) bool {
	if strings.ContainsAny(s, "\"“”„«»()|*#=~!;\n") {
		return true
	}

	for w := range strings.FieldsSeq(s) {
		name, _, colon := strings.Cut(w, ":")
		if _, known := fieldNamed(name); colon && known || strings.Contains(w, "://") || len(w) > 1 && w[0] == '-' {
			return true
		}
	}

	return false
}

// bareWord returns a word as sentences are compared: small, without signs around it.
func bareWord(w string) string {
	return strings.Trim(strings.ReplaceAll(strings.ToLower(w), "’", "'"), ".,:?!…")
}

// isOneOf reports whether a word is in a list of words between spaces.
func isOneOf(w, list string) bool { return w != "" && strings.Contains(list, " "+w+" ") }

const (
	// leadWords are what requests begin with, before what they are about.
	leadWords = " tell me us when whenever if there is are there's theres a an the any all some new news about on of for to from please pls i i'd i'm id im " +
		"want would like to know hear read see follow be get notify notified alert alerts alerted let inform informed send give show updates update latest " +
		"articles article stories story anything everything something information info headlines breaking subscribe interested in what what's whats " +
		"happening going with related regarding concerning can could you hi hello hey every time that has been happens something's happened recent " +
		"keep posted updated looking find search stuff things topics topic "
	// fillers say nothing about what is looked for.
	fillers = " a an the of in on at to for from by with about into over and is are was were be been being has have had do does did will would can could " +
		"should there here it its it's this that these those which who's what what's my me i you we they any some how gets get happens happen happening when whenever if as " +
		"goes going happened please again "
	// tailWords end a request.
	tailWords = " please pls thanks thank you news updates update headlines happens happen happening today now asap lately articles stories related "
	// newsNames are names that end in a tail word.
	newsNames = " fox sky bbc abc cbs nbc cnn fake google apple yahoo good bad breaking world euro channel "
)

// withoutSentence returns the words that a sentence is about, nil when words are no
// sentence.
func withoutSentence(words []string) []string {
	core := words

	lead := 0
	for lead < len(core) && isOneOf(bareWord(core[lead]), leadWords) {
		lead++
	}

	for lead > 1 && isOneOf(bareWord(core[lead-1]), " all us every time like breaking new ") && isOneOf(bareWord(core[lead-2]), " about on of for to from in with regarding concerning ") {
		lead-- // it belongs to what follows: New York, US elections, All Blacks
	}

	asked := lead > 0 && isRequest(core[:lead])
	if asked {
		core = core[lead:]
	}

	tail := len(core)
	for tail > 0 && isOneOf(bareWord(core[tail-1]), tailWords) && !(tail > 1 && isOneOf(bareWord(core[tail-2]), newsNames)) {
		tail--
	}

	if tail > 0 && tail < len(core) && !isOneOf(bareWord(core[tail-1]), fillers) {
		asked = true
		core = core[:tail]
	}

	said := 0

	for _, w := range core {
		if isOneOf(bareWord(w), fillers) {
			said++
		}
	}

	if !asked && (len(core) < 6 || said*5 < len(core)*2) {
		return nil
	}

	return dropFillers(core)
}

// dropFillers returns the words of a sentence that say something, nil if there are none.
func dropFillers(core []string) (out []string) {
	for i, w := range core {
		b := bareWord(w)
		if b == "and" && i > 0 && i < len(core)-1 || isOneOf(b, fillers) {
			continue
		}

		if w != "," {
			w = strings.TrimRight(w, ".?!…")
		}

		if w != "" {
			out = append(out, w)
		}
	}

	if !slices.ContainsFunc(out, func(w string) bool {
		return !isOneOf(bareWord(w), " or and not but no ") && w != ","
	}) {
		return nil
	}

	return out
}

// isRequest reports whether the words before what a sentence is about ask for it.
func isRequest(lead []string) bool {
	for i, w := range lead {
		next, before := "", ""
		if i+1 < len(lead) {
			next = bareWord(lead[i+1])
		}

		if i > 0 {
			before = bareWord(lead[i-1])
		}

		switch bareWord(w) {
		case "tell", "show", "give", "send", "alert", "notify", "let", "inform", "keep", "get", "find":
			if next == "me" || next == "us" {
				return true
			}
		case "news", "updates", "update", "articles", "stories", "article", "story", "headlines", "information", "info", "alerts", "stuff", "things":
			if isOneOf(next, " about on of from for regarding concerning related in when if with ") {
				return true
			}
		case "latest":
			return isOneOf(next, " on about from news in with updates ") || i == 0 && len(lead) == 1
		case "anything", "everything", "something", "happening", "interested", "notified", "alerted", "informed", "looking", "regarding", "concerning":
			return true
		case "want", "like":
			if before == "i" || before == "would" || before == "i'd" || before == "id" {
				return true
			}
		case "about":
			return i > 0
		case "whenever", "there's", "theres":
			return true
		case "when", "if":
			if next == "there" {
				return true
			}
		case "new", "any", "all":
			if isOneOf(next, " news updates articles stories about on ") {
				return true
			}
		case "subscribe", "search":
			if next == "to" || next == "for" {
				return true
			}
		}
	}

	return false
}

// withExclusion turns "a without b c" into a -"b c". by is the word that excludes, ""
// when there is none.
func withExclusion(words []string) (out []string, by string) {
	for i, w := range words {
		first := bareWord(w)

		n := 1

		switch {
		case i == 0 || i+1 >= len(words):
			continue
		case first == "without" || first == "excluding" || first == "except" || first == "minus":
			if i+2 < len(words) && first == "except" && bareWord(words[i+1]) == "for" {
				n = 2
			}
		case first == "other" && bareWord(words[i+1]) == "than", first == "apart" && bareWord(words[i+1]) == "from",
			first == "but" && (bareWord(words[i+1]) == "no" || bareWord(words[i+1]) == "without" || bareWord(words[i+1]) == "except"),
			first == "and" && bareWord(words[i+1]) == "no":
			n = 2
		default:
			continue
		}

		object := words[i+n:]
		if len(object) > 0 && object[0] == "," {
			continue
		}

		if end := slices.Index(object, ","); end >= 0 {
			object = object[:end]
		}

		if len(object) == 0 || first == "without" && isOneOf(bareWord(object[0]), " borders parole representation you me us a ") {
			continue
		}

		before := slices.Clone(words[:i])
		for len(before) > 0 && (before[len(before)-1] == "," || bareWord(before[len(before)-1]) == "but") {
			before = before[:len(before)-1]
		}

		out = append(append(before, excludeEach(object)...), words[i+n+len(object):]...)

		return out, strings.Join(words[i:i+n], " ")
	}

	return words, ""
}

// excludeEach excludes each of the things that and or or joins.
func excludeEach(object []string) (out []string) {
	var thing []string

	add := func() {
		switch w := strings.TrimRight(strings.Join(thing, " "), ".?!"); len(thing) {
		case 0:
		case 1:
			out = append(out, "-"+w)
		default:
			out = append(out, `-"`+w+`"`)
		}

		thing = nil
	}

	for _, w := range object {
		if isOneOf(bareWord(w), " or and ") {
			add()
		} else {
			thing = append(thing, w)
		}
	}

	add()

	return out
}

func slashMessage(slashed string) string {
	if slashed == "/" {
		return msgSlashAlone
	}

	return fmt.Sprintf(msgSlash, slashed)
}

// withChoices turns tesla/spacex into tesla | spacex. Short words with a slash are
// mostly one: AC/DC, HIV/AIDS, km/h, 9/11.
func withChoices(words []string) (out []string, slashed string) {
	const shortest = 4

	for i, w := range words {
		if w == "/" && i > 0 && i < len(words)-1 {
			out, slashed = append(out, "|"), w
			continue
		}

		parts := strings.Split(w, "/")
		long := func(p string) bool {
			return len(p) >= shortest && strings.Trim(strings.ToLower(p), "abcdefghijklmnopqrstuvwxyz") == ""
		}

		if len(parts) < 2 || slices.ContainsFunc(parts, func(p string) bool { return !long(p) }) {
			out = append(out, w)
			continue
		}

		out, slashed = append(out, strings.Join(parts, " | ")), w
	}

	return out, slashed
}
