package news

import (
	"regexp"
	"strings"
	"sync"
)

// StripDateline returns a plain text without what agencies and publishing programs put
// before its first sentence: the place, date and agency ("SEOUL, June 5 (Yonhap) --"), a
// picture credit, a reading time.
func StripDateline(text string) string {
	text = strings.TrimSpace(text)
	for _, d := range datelines() {
		if end := d.end(text); end > 0 {
			text = strings.TrimSpace(text[end:])
		}
	}

	return text
}

// dateline is a pattern for the beginning of a text and a letter that it cannot do
// without, to be looked for in the first datelineReach bytes. 0: see mayCallForReading.
type dateline struct {
	needs   byte
	pattern *regexp.Regexp
}

// datelineReach is longer than what any of the patterns matches before the letter.
const datelineReach = 600

// datelines are removed from the beginning of a text, in this order. They are
// compiled when the first text is read.
var datelines = sync.OnceValue(func() []dateline {
	return []dateline{
		// SEOUL, June 5 (Yonhap) -- · (Reuters) - · June 4 (UPI) --
		{'(', regexp.MustCompile(`^(?:[\p{Lu}][\p{L}.'’ /,-]{1,50}?,? ?(?:\d{1,2}(?: (?:de )?\p{L}{3,10}\.?)?(?: (?:de )?\d{4})?)?,? ?)?\((?i:reuters|ap|afp|upi|yonhap|xinhua|dpa|ani|pti|efe|ansa|tass|ians|kyodo|bloomberg|cnn|jta|apa|lusa|ap photo|cns|kna|qna|wam|anadolu|aa|un news|the center square|ukrinform|interfax|pa|press association|business wire|globe newswire|globenewswire|pr newswire|cnw)\)\.?\s*(?:[-–—]{1,2}|:)\s*`)},
		// a place in capitals and any agency: GUWAHATI, India (Meridian) --
		{'(', regexp.MustCompile(`^[\p{Lu}][\p{Lu} .'’-]{2,30}(?:, [\p{L}. ]{2,25})?(?:, [\p{Lu}][\p{L}.]{2,9} \d{1,2})? \([\p{Lu}][\p{L} .]{1,25}\)\s*[-–—]{1,2}\s*`)},
		{'/', regexp.MustCompile(`^[\p{Lu}][\p{Lu} .,'’-]{2,30}(?:, [\p{Lu}][\p{L}.]{2,9} \d{1,2})?\.? ?(?:/(?:PRNewswire|TASS|CNW)/)\.?\s*(?:[-–—]{1,2})?\s*`)},
		{'/', regexp.MustCompile(`^/(?i:PRNewswire|TASS|CNW)/\.?\s*(?:[-–—]{1,2})?\s*`)},
		// a credit without brackets: Photo: Jane Doe/AFP.
		{':', regexp.MustCompile(`^(?i:file )?(?i:photo|image|picture|photograph|credit|foto|bild)s?(?i: by| credit| courtesy(?: of)?)?\s*:\s*[^.|:\n]{1,60}?(?:(?i:getty images|reuters|afp|\bap|epa|shutterstock|alamy|unsplash|wikimedia commons|yonhap|xinhua)(?i: via [\p{L} ]{2,20}?)?\b[.|]?\s+|[.|]\s+|\n)`)},
		{'/', regexp.MustCompile(`^(?:[\p{Lu}][\p{L}.'’-]+ ){1,3}?[\p{Lu}][\p{L}.'’-]+/(?:Getty Images|AFP|Reuters|AP|EPA|Shutterstock)\b(?: via [\p{Lu}][\p{L}]+(?: Images)?)?[.|]?\s+`)},
		{0, regexp.MustCompile(`^(?i:advertisement|listen to this article|(?:estimated )?reading time:? \d+ min(?:ute)?s?|\d+[ -]min(?:ute)?s? read)\b[.|:]?\s*`)},
	}
})

// end returns where the dateline at the beginning of a text ends, 0 when there is none.
func (d dateline) end(text string) int {
	if !d.mayBegin(text) {
		return 0
	}

	if loc := d.pattern.FindStringIndex(text); loc != nil {
		return loc[1]
	}

	return 0
}

// mayBegin reports whether the pattern is worth trying.
func (d dateline) mayBegin(text string) bool {
	if d.needs != 0 {
		return strings.IndexByte(text[:min(len(text), datelineReach)], d.needs) >= 0
	}

	return mayCallForReading(text)
}

// mayCallForReading: "Advertisement", "Listen to …", "Estimated reading time",
// "Reading time", "5 min read" begin so.
func mayCallForReading(text string) bool {
	if text == "" {
		return false
	}

	c := text[0]

	return c >= '0' && c <= '9' || strings.IndexByte("aAlLeErR", c) >= 0
}
