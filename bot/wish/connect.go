package wish

import (
	"slices"
	"strings"
	"unicode"

	"newsbell/news"
	"newsbell/subscriptions/query"
	"newsbell/subscriptions/zone"
)

// Connected is a query whose words that join or exclude were written as the language of queries
// writes them.
type Connected struct {
	Query    string
	Choice   bool   // a word for "or" became OR
	Excludes string // the word, as typed, that became a minus; "" none did
}

// Connect reads the words for "or", "and" and "without" of a language, such as "oder" and "ohne",
// as OR, nothing and a minus; the language of queries knows only the English ones. What is in
// quotes stays. ok is false where there is nothing to read so, or the result doesn't parse.
// code is that of the chat's language, as in locales: a word that joins in one language is a
// word to look for in another.
func Connect(text, code string) (c Connected, ok bool) {
	joints, known := connectives()[news.BaseLanguage(code)]
	if !known || len(text) > maxLength || strings.Contains(text, "\n") {
		return Connected{}, false
	}

	typed := strings.Join(strings.Fields(text), " ")

	text = joints.partUnspaced(typed)
	words := joints.write(quotedWords(text), &c)
	c.Query = strings.Join(words, " ")

	if c.Query == typed {
		return Connected{}, false
	}

	_, err := query.Parse(c.Query)

	return c, err == nil
}

// write returns the words with those that join or exclude as operators.
func (j *joints) write(words []string, c *Connected) (out []string) {
	for i := 0; i < len(words); i++ {
		w := strings.ToLower(words[i])
		inside := len(out) > 0 && i+1 < len(words)

		switch {
		case inside && j.or.has(w) && !isOperator(words[i+1]) && !isOperator(out[len(out)-1]):
			out, c.Choice = append(out, "OR"), true
		case inside && j.and.has(w) && !isOperator(words[i+1]):
		case inside && (j.not.has(w) || j.no.has(w) && len(out) > 1 && j.isBut(out)):
			object, n := j.excluded(words[i+1:])
			if object == "" {
				out = append(out, words[i])
				continue
			}

			if j.isBut(out) && len(out) > 1 {
				out = out[:len(out)-1]
			}

			out[len(out)-1] = strings.TrimRight(out[len(out)-1], ",")
			out, c.Excludes = append(out, object), words[i]
			i += n
		case j.noAfter.has(w) && len(out) > 2 && j.isBut(out[:len(out)-1]) && !isOperator(out[len(out)-1]):
			last := len(out) - 1
			out[last-1], c.Excludes = "-"+out[last], words[i]
			out = out[:last]
			out[last-2] = strings.TrimRight(out[last-2], ",")
		case j.notAfter.has(w) && len(out) > 1:
			last := len(out) - 1
			if j.filler.has(strings.ToLower(out[last])) && last > 1 {
				out, last = out[:last], last-1
			}

			if !isOperator(out[last]) {
				out[last], c.Excludes = "-"+out[last], words[i]
				out[last-1] = strings.TrimRight(out[last-1], ",，、")
			}
		default:
			out = append(out, words[i])
		}
	}

	return out
}

// mostNames is how many names are joined by *and* at most.
const mostNames = 6

// Either returns the query for any of the names that a text joins with *and* ("Real Madrid and Barcelona"): as they stand,
// an article has to have all. ok is false where it joins other words, writes what the language of queries reads, or is one
// name: Bosnia and Herzegovina, Johnson and Johnson.
func Either(text, code string) (q string, ok bool) {
	if len(text) > maxLength || looksLikeQuery(text) {
		return "", false
	}

	names := joinedNames(text, code)
	if len(names) < 2 || len(names) > mostNames || zone.IsCountry(strings.Join(names, " & ")) || zone.IsCountry(text) {
		return "", false
	}

	for i, name := range names {
		isAgain := slices.ContainsFunc(names[:i], func(before string) bool { return strings.EqualFold(before, name) })
		if isAgain || !zone.IsCountry(name) && !isCapital(name) {
			return "", false
		}
	}

	for i, name := range names {
		if strings.Contains(name, " ") {
			names[i] = `"` + name + `"`
		}
	}

	q = strings.Join(names, " OR ")
	_, err := query.Parse(q)

	return q, err == nil
}

// joinedNames parts a text at commas and at what means *and* in a language; nil if something between them is no name.
func joinedNames(text, code string) (names []string) {
	and := wordSet("and")
	if joints := connectives()[news.BaseLanguage(code)]; joints != nil {
		and = joints.and
	}

	var name []string

	for _, w := range append(strings.Fields(strings.ReplaceAll(text, ",", " , ")), ",") {
		if w != "," && w != "&" && !and.has(strings.ToLower(w)) {
			name = append(name, w)
			continue
		}

		if len(name) == 0 || len(name) > longestName {
			return nil
		}

		names, name = append(names, strings.Join(name, " ")), nil
	}

	return names
}

// isBut reports whether words end in one that goes before a not.
func (j *joints) isBut(words []string) bool {
	return j.but.has(strings.ToLower(strings.TrimRight(words[len(words)-1], ",")))
}

// excluded is what the words after a "without" exclude, up to a comma or a word that joins, and
// how many words that is; "" where the words belong together, as in "Doctors Without Borders".
func (j *joints) excluded(words []string) (object string, n int) {
	var taken []string

	for _, w := range words {
		bare := strings.ToLower(strings.Trim(w, ",.;:!?"))
		if len(taken) == 0 && (j.fixed.has(bare) || isOperator(w)) {
			return "", 0
		}

		if len(taken) > 0 && (j.or.has(bare) || j.and.has(bare) || j.not.has(bare) || isOperator(w)) {
			break
		}

		n++

		if len(taken) == 0 && (j.filler.has(bare) && n < len(words)) {
			continue // an article: "ohne die Bahn"
		}

		taken = append(taken, strings.TrimRight(w, ",;.!?"))

		if strings.ContainsAny(w[len(w)-1:], ",;") {
			break
		}
	}

	switch {
	case len(taken) == 0:
		return "", 0
	case len(taken) == 1:
		return "-" + taken[0], n
	default:
		return `-"` + strings.ReplaceAll(strings.Join(taken, " "), `"`, "") + `"`, n
	}
}

// isOperator reports whether a word is an operator of queries, or a bracket.
func isOperator(w string) bool {
	return w == "OR" || w == "NOT" || w == "AND" || w == "|" || len(w) > 1 && w[0] == '-'
}

// quotedWords parts a text at spaces outside quotes.
func quotedWords(text string) (words []string) {
	var word strings.Builder

	quoted := false

	for _, r := range text {
		switch {
		case unicode.IsSpace(r) && !quoted:
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}

			continue
		case strings.ContainsRune(`"“”„«»「」`, r):
			quoted = !quoted
		}

		word.WriteRune(r)
	}

	if word.Len() > 0 {
		words = append(words, word.String())
	}

	return words
}

// partUnspaced puts spaces around the words that join in a script that writes none.
func (j *joints) partUnspaced(text string) string {
	if len(j.unspaced) == 0 || strings.ContainsAny(text, `"“”„「」`) {
		return text
	}

	var out strings.Builder

	for i := 0; i < len(text); {
		joint := ""

		for _, p := range j.unspaced {
			if after, ok := strings.CutPrefix(text[i:], p); ok && i > 0 && after != "" && !isJoined(lastRune(text[:i])) && !isJoined(firstRune(after)) && !j.fixed.has(p+firstRune(after)) {
				joint = p
				break
			}
		}

		if joint == "" {
			r := firstRune(text[i:])
			out.WriteString(r)
			i += len(r)

			continue
		}

		out.WriteString(" " + joint + " ")

		i += len(joint)
	}

	return strings.Join(strings.Fields(out.String()), " ")
}

// isJoined reports whether a character goes with a particle beside it, so that the particle may
// be a part of a word.
func isJoined(r string) bool { return isHiragana(r) || r == " " }
