package summary

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"newsbell/news"
)

// What outlets and their programs put around a text that is not the text. Every
// pattern here was seen in real feeds or is the stock phrase of a publishing
// program; the tests hold one example of each. Patterns are compiled when the
// first text is read.

// phrase is a pattern and words one of which a text has, in lower case, before it
// is worth looking for: nearly all texts have none of them, and patterns without
// regard to case are slow.
type phrase struct {
	words   []string
	pattern *regexp.Regexp
}

// inlineBoilerplate is removed wherever it stands.
var inlineBoilerplate = sync.OnceValue(func() []phrase {
	return []phrase{
		// Hacker News and Reddit, whose descriptions hold nothing else
		{[]string{" url:", "points:"}, regexp.MustCompile(`(?i)\b(?:article|comments) url:\s*(?:https?://\S+)?|\bpoints:\s*\d+\s*#\s*comments:\s*\d+`)},
		{[]string{"submitted by"}, regexp.MustCompile(`(?i)\bsubmitted by\s*(?:/?u/)?\S+(?:\s+to\s+(?:/?r/)?\S+)?\s*(?:\[link\])?\s*(?:\[(?:\d+ )?comments?\])?$`)},
		{[]string{"[link]"}, regexp.MustCompile(`(?i)\[link\]\s*\[(?:\d+ )?comments?\]`)},
		// credits in brackets
		{[]string{"(photo", "(image", "(picture", "(file", "(illustration", "(credit", "(ap photo", "(foto", "(bild", "(crédit", "(фото", "[photo", "[image", "[picture", "[file", "[illustration", "[credit", "[ap photo", "[foto", "[bild", "[crédit", "[фото"}, regexp.MustCompile(`(?i)[(\[](?:file )?(?:photos?|images?|pictures?|photograph|illustration|credits?|ap photo|foto|bild|crédits?|фото|(?:image|photo) (?:credit|courtesy|source))(?: by| credit| courtesy(?: of)?| via|:|/)[^()\[\]]{0,120}[)\]]`)},
		{[]string{"/getty", "/afp", "/reuters", "/epa", "/shutterstock", "via getty", "via ap", "via reuters"}, regexp.MustCompile(`(?i)[(\[][^()\[\]]{0,60}(?:/getty images|/afp|/reuters|/epa|/shutterstock|via getty images|via ap|via reuters)[^()\[\]]{0,30}[)\]]`)},
		{[]string{"image source"}, regexp.MustCompile(`(?i)\bimage source,\s*[^.,;:]{2,40}?(?:images|press|media|reuters|afp|epa|bbc)\b\s*(?:image caption,\s*)?`)},
		// addresses, and the brackets around them
		{[]string{"://", "www."}, regexp.MustCompile(`(?i)[(\[]\s*(?:https?://|www\.)[^\s<>\"'”’)\]]*[^\s<>\"'”’)\].,;:!?]/?\s*[)\]]|(?:https?://|www\.)[^\s<>\"'”’)\]]*[^\s<>\"'”’)\].,;:!?]/?`)},
		{[]string{"pic.twitter", "t.co/", "bit.ly", "buff.ly"}, regexp.MustCompile(`(?i)\b(?:pic\.twitter\.com|t\.co|bit\.ly|buff\.ly)/\w+`)},
	}
})

// looseStop is a comma or full stop that a removed link or tag left standing alone.
var looseStop = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[ \t]+([,.](?:\s|$))`) })

// spaceBeforeStop reports whether looseStop is worth looking for.
func spaceBeforeStop(text string) bool {
	for i := 1; i < len(text); i++ {
		if (text[i] == ',' || text[i] == '.') && (text[i-1] == ' ' || text[i-1] == '\t') {
			return true
		}
	}

	return false
}

// tailBoilerplate is removed from the end of a text, again and again.
var tailBoilerplate = sync.OnceValue(func() []phrase {
	return []phrase{
		// after a sentence, a bracket or a mark: Read more · Continue reading at …
		{[]string{
			"continue reading", "keep reading", "read more", "read on", "read the ", "read full", "read it here", "read article", "read here", "full story", "full article", "view the ", "view full", "view entire",
			"view original", "click ", "see more", "learn more", "find out more", "view more", "for more ", "leia mais", "ler mais", "continue lendo", "weiterlesen", "mehr lesen", "weiter lesen", "mehr dazu",
			"lesen sie mehr", "lire la suite", "en savoir plus", "lire plus", "leer más", "seguir leyendo", "sigue leyendo", "lees meer", "lees verder", "читать далее", "читать полностью", "подробнее",
			"czytaj więcej", "czytaj dalej", "läs mer", "les mer", "læs mere", "lue lisää", "leggi tutto", "continua a leggere", "leggi di più", "devamını oku", "читати далі", "citește mai mult", "číst dále",
			"celý článek", "olvass tovább", "続きを読む", "もっと読む", "全文を読む", "阅读全文", "了解更多", "閱讀全文", "더 보기", "더보기", "اقرأ المزيد", "और पढ़ें", "পড়ুন",
		}, regexp.MustCompile(`(?:^|[.!?…。！？؟।"”’')\]»>|•·–—-]|\.\.\.)(\s*[\[(]?\s*(?i:(?:continue|keep) reading|read (?:more|on|the (?:full|whole|rest|original)|full|it here|article|here)|full (?:story|article)|more\s*[»>→…]|view (?:the )?(?:full|entire|original)|click (?:here )?(?:to|for)|(?:see|learn|find out|view) more|for more (?:on|information|details|go to|visit|see)|leia mais|ler mais|continue lendo|weiterlesen|mehr lesen|weiter lesen|mehr dazu|lesen sie mehr|lire la suite|en savoir plus|lire plus|leer más|seguir leyendo|sigue leyendo|lees meer|lees verder|читать далее|читать полностью|подробнее|czytaj więcej|czytaj dalej|läs mer|les mer|læs mere|lue lisää|leggi tutto|continua a leggere|leggi di più|devamını oku|читати далі|citește mai mult|číst dále|celý článek|olvass tovább|続きを読む|もっと読む|全文を読む|阅读全文|了解更多|閱讀全文|더 보기|더보기|اقرأ المزيد|और पढ़ें|পড়ুন)(?:[^.!?\n]|\.[^\s]){0,160}[.!?…\])]*)$`)},
		// the bare words at the very end, however they got there
		{[]string{"continue reading", "read more", "read the full", "full story", "learn more", "see more", "weiterlesen", "lire la suite", "leer más", "続きを読む", "阅读全文"}, regexp.MustCompile(`(\s*[\[(]?(?:Continue [Rr]eading|Read [Mm]ore|READ MORE|Read the full (?:story|article)|Full [Ss]tory|Learn [Mm]ore|See [Mm]ore|Weiterlesen|Lire la suite|Leer más|続きを読む|阅读全文)\s*[.…»>→\])]*)$`)},
		// comment counts
		{[]string{"comment", "kommentar", "comentario", "комментарии"}, regexp.MustCompile(`(?:^|[.!?…。"”’)\]|•·–—-])(\s*[(\[]?(?i:(?:view |read |see |leave |post |add )?(?:all |a |no )?(?:\d[\d,.]* )?comments?(?: \(\d+\)|: ?\d+| are closed| off| here)?|kommentare(?: \(\d+\))?|\d+ kommentare?|\d+ commentaires?|\d+ comentarios?|комментарии(?: \(\d+\))?)[)\]]?\.?\s*)$`)},
		{[]string{"comment"}, regexp.MustCompile(`(\s+(?:[(\[]\d[\d,.]* [Cc]omments?[)\]]|(?:\d[\d,.]* )?Comments?(?: \(\d+\)|: ?\d+)?))$`)},
		// who shared it
		{[]string{"share this", "share on", "tweet this", "email this", "print this", "save to"}, regexp.MustCompile(`(\s*(?:[|•·–—-]\s*)?(?i:share (?:this|on (?:facebook|twitter|x))|tweet this|email this|print this|save to (?:pocket|instapaper))[^.!?]{0,60})$`)},
		// a credit at the end: Photo: NASA
		{[]string{"photo", "image", "picture", "foto", "credit", "bild"}, regexp.MustCompile(`(?:[.!?…。"”’)\]])(\s+(?i:file )?(?i:photos?|image|picture|photograph|foto|credit|bild)(?i: by| credit| courtesy(?: of)?)?\s*:\s*[^.!?]{1,80}\.?)$`)},
	}
})

// appearedFirst are the two halves of the line that WordPress adds to a feed:
// "The post TITLE appeared first on SITE."
var appearedFirst = []struct{ head, middle string }{
	{"The post ", " appeared first on "},
	{"The post ", " first appeared on "},
	{"The article ", " appeared first on "},
	{"The article ", " first appeared on "},
	{"Der Beitrag ", " erschien zuerst auf "},
	{"Der Artikel ", " erschien zuerst auf "},
	{"L’article ", " est apparu en premier sur "},
	{"L'article ", " est apparu en premier sur "},
	{"Cet article ", " est apparu en premier sur "},
	{"La entrada ", " se publicó primero en "},
	{"La entrada ", " apareció primero en "},
	{"La entrada ", " aparece primero en "},
	{"L'articolo ", " sembra essere il primo su "},
	{"L'articolo ", " proviene da "},
	{"L’articolo ", " proviene da "},
	{"O post ", " apareceu primeiro em "},
	{"O conteúdo ", " aparece primeiro em "},
	{"Het bericht ", " verscheen eerst op "},
	{"Inlägget ", " dök först upp på "},
	{"Wpis ", " pojawił się poczatkowo na "},
	{"Artykuł ", " pochodzi z serwisu "},
	{"Запись ", " впервые появилась "},
	{"Сообщение ", " появились сначала на "},
	{"投稿 ", " は "},
}

// sentenceBoilerplate is a whole sentence that is none of the text.
var sentenceBoilerplate = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`^[\[(]?(?i:(?:continue|keep) reading|read more(?:$|[^\p{L}]*$|[:.…]| (?:about|at|on|from|in|here|via|stories|news)\b)|read (?:the )?(?:full|original|whole|entire) (?:story|article|post|text|piece)|read (?:the )?original\b|click here|tap here|sign up (?:here|now|for|to)|subscribe (?:to|now|here)|follow (?:us|me) on|share this|this (?:article|story|post|piece) (?:was |is |has been )?(?:originally |first )*(?:appeared|published|republished|ran)|originally published (?:in|on|at|by)|advertisement$|related:|see also:|also read:|watch:|more:|download (?:the|our) app|get (?:our|the) (?:app|newsletter)|support our journalism|you can (?:read|find) (?:more|the (?:full|original))|submitted by |all rights reserved|©|copyright )`),
		regexp.MustCompile(`^[\[(]?(?i:file )?(?i:photos?|image|picture|photograph|credit|foto|bild|illustration)(?i: by| credit| source| courtesy(?: of)?)?\s*:\s*[^.!?]{1,80}[.!?\])]*$`),
		regexp.MustCompile(`^(?i:(?:view |leave |post )?(?:a |no )?(?:\d[\d,.]* )?comments?)[.!]?$`),
		// By Ann Lee and Bo Ek
		regexp.MustCompile(`^(?i:by|por|par|von|di|author:?|autor:?|автор:?) (?:\p{Lu}[\p{L}.'’-]*(?:, | and | e | y | et | und | & | )?){2,9}(?i:(?:posted|published|updated) on [\p{L}\d ,./-]{6,24})?$`),
		regexp.MustCompile(`^[\p{P}\p{S}\s]*$`),
	}
})

// Which words a text has, before any pattern is tried: the groups are those of
// inlineBoilerplate, then of appearedFirst, and those of tailBoilerplate.
var (
	bodyWords = sync.OnceValue(func() *phrases {
		return newPhrases(append(wordsOfPhrases(inlineBoilerplate()), boilerplateMiddles()...)...)
	})
	tailWords = sync.OnceValue(func() *phrases {
		return newPhrases(append(wordsOfPhrases(tailBoilerplate()), []string{"more"})...)
	})
)

func wordsOfPhrases(list []phrase) [][]string {
	var out [][]string
	for _, p := range list {
		out = append(out, p.words)
	}

	return out
}

func boilerplateMiddles() [][]string {
	var out [][]string
	for _, line := range appearedFirst {
		out = append(out, []string{strings.ToLower(line.middle)})
	}

	return out
}

// stripBoilerplate removes from a text what stands around its sentences.
func stripBoilerplate(text, title string) string {
	text = strings.TrimSpace(text)

	has := bodyWords().in(strings.ToLower(text))
	if has>>len(inlineBoilerplate()) != 0 {
		text = stripAppearedFirst(text, title)
		has = bodyWords().in(strings.ToLower(text))
	}

	for i, p := range inlineBoilerplate() {
		if has>>i&1 != 0 {
			text = p.pattern.ReplaceAllString(text, "")
		}
	}

	if spaceBeforeStop(text) {
		text = looseStop().ReplaceAllString(text, "$1")
	}

	text = strings.TrimSpace(text)
	text = news.StripDateline(text)

	for range maxTails {
		shorter := stripTail(text)
		if shorter == text {
			break
		}

		text = shorter
	}

	return text
}

// maxTails bounds how many phrases are taken from one end: "[…] Continue reading
// 12 comments" are three.
const maxTails = 8

// tailReach is how far from the end a tail phrase may begin, in bytes. It keeps
// the patterns from walking through a whole article.
const tailReach = 400

func stripTail(text string) string {
	from := max(0, len(text)-tailReach)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}

	tail := text[from:]

	has := tailHas(tail)
	for i, p := range tailBoilerplate() {
		if has>>i&1 == 0 {
			continue
		}

		if loc := p.pattern.FindStringSubmatchIndex(tail); loc != nil {
			return strings.TrimSpace(text[:from+loc[2]])
		}
	}

	return text
}

// tailHas is which of tailBoilerplate are worth trying. The first has "More »" too,
// and "more" alone is everywhere.
func tailHas(tail string) uint64 {
	has := tailWords().in(strings.ToLower(tail))
	if has>>len(tailBoilerplate()) != 0 && strings.ContainsAny(tail, "»>→…") {
		has |= 1
	}

	return has
}

// stripAppearedFirst removes the WordPress line. The title in it may hold any
// punctuation, so it is looked for from its middle outwards.
func stripAppearedFirst(text, title string) string {
	for _, line := range appearedFirst {
		middle := strings.LastIndex(text, line.middle)
		if middle < 0 {
			continue
		}

		head := strings.Index(text, line.head+title)
		if title == "" || head < 0 || head > middle {
			head = strings.LastIndex(text[:middle], line.head)
		}

		if head < 0 || middle-head > 600 { // longer than any title: not this line
			continue
		}

		rest := text[middle+len(line.middle):]

		after := strings.Index(rest, ". ")
		if after < 0 || after > 120 {
			after = len(rest) - 1
		}

		if len(rest) > 200 && after == len(rest)-1 {
			continue // an ordinary sentence in an ordinary text
		}

		return strings.TrimSpace(text[:head] + rest[min(after+1, len(rest)):])
	}

	return text
}

// isBoilerplate reports whether a whole sentence is none of the text.
func isBoilerplate(sentence string) bool {
	if !mayBeBoilerplate(sentence) {
		return false
	}

	return slices.ContainsFunc(sentenceBoilerplate(), func(p *regexp.Regexp) bool { return p.MatchString(sentence) })
}

// mayBeBoilerplate reports whether a sentence begins with a word that the patterns of
// sentenceBoilerplate begin with: nearly all begin otherwise.
func mayBeBoilerplate(sentence string) bool {
	s := strings.TrimLeft(sentence, "[(")
	if s == "" || len(s) < len(sentence)-1 || !asciiLetter(s[0]) {
		return true
	}

	var word [len("advertisement")]byte // the longest of them

	n := 0
	for ; n < len(s) && asciiLetter(s[n]); n++ {
		if n == len(word) {
			return false
		}

		word[n] = s[n] | 0x20
	}

	if n < len(s) && s[n] >= utf8.RuneSelf {
		return true // it may go on, and letters beyond ASCII fold to those of ASCII
	}

	switch string(word[:n]) {
	case "a", "advertisement", "all", "also", "author", "autor", "bild", "by", "click", "comment", "comments", "continue", "copyright",
		"credit", "di", "download", "file", "follow", "foto", "get", "illustration", "image", "keep", "leave", "more", "no",
		"originally", "par", "photo", "photograph", "photos", "picture", "por", "post", "read", "related", "see", "share", "sign",
		"submitted", "subscribe", "support", "tap", "this", "view", "von", "watch", "you":
		return true
	}

	return false
}

func asciiLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// cutMark is how feeds mark a text that they have cut off.
var cutMark = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\s*(?:\[\s*(?:…|\.\.\.|&hellip;|\+\d+ chars)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.\.?)[\s»>→]*$`)
})

// strayMark is such a mark within a text.
var strayMark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*\[\s*(?:…|\.\.\.)\s*\]`) })

// withoutCutMark removes the mark at the end of a text that was cut off and
// reports whether the last sentence is therefore broken. A mark after a full stop
// leaves it whole.
func withoutCutMark(text string) (string, bool) {
	at := cutMarkStart(text)

	broken := at >= 0
	if broken {
		text = text[:at]
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, `"”’)]»`))
		broken = !endsSentence(last)
	}

	if strings.Contains(text, "[") && (strings.Contains(text, "…") || strings.Contains(text, "...")) {
		text = strayMark().ReplaceAllString(text, "")
	}

	return text, broken
}

// cutMarkStart returns where the mark at the end of a text begins, with the space before it, -1
// when there is none.
func cutMarkStart(text string) int {
	// The last sign of a mark, and all signs that its pattern has: it reads the whole text otherwise.
	const last, signs = ".…])", " \t\n\f\r.…[]()&;+0123456789helipcars»>→"

	if end := strings.TrimRight(text, " \t\r\n\f»>→"); end == "" || !strings.HasSuffix(end, "…") && strings.IndexByte(last, end[len(end)-1]) < 0 {
		return -1
	}

	from := len(strings.TrimRight(text, signs))
	if loc := cutMark().FindStringIndex(text[from:]); loc != nil {
		return from + loc[0]
	}

	return -1
}
