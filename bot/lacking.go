package bot

import (
	"strings"

	"newsbell/news"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// lacking says which part of a query keeps an article from answering it. The
// parts are taken from the canonical form, whose brackets and spaces are known,
// and each is asked by the same code that rings.
func lacking(canonical string, a *news.Article) string {
	var missing, unwanted []string

	for _, choice := range split(canonical, ", ") {
		for _, part := range split(choice, " ") {
			if inner, not := strings.CutPrefix(part, "-"); not {
				if words, ok := answers(inner, a); ok {
					unwanted = append(unwanted, words)
				}

				continue
			}

			if words, ok := answers(part, a); !ok && words != "" {
				missing = append(missing, words)
			}
		}
	}

	switch {
	case len(unwanted) > 0 && len(missing) == 0:
		return lackUnwanted(unwanted)
	case len(missing) > 0:
		return lackMissing(missing)
	default:
		return lackSome
	}
}

// answers asks one part of a query; words is the part in words, "" if it cannot
// stand alone.
func answers(part string, a *news.Article) (words string, ok bool) {
	q, err := query.Parse(part)
	if err != nil {
		return "", false
	}

	_, ok = index.Match(q, a)

	return q.Words(), ok
}

// split cuts a canonical query at a separator that stands outside of brackets,
// quotes and regexes. An alternative ("a | b") stays together.
func split(s, sep string) []string {
	var parts []string

	depth, quoted, regex := 0, false, false
	from := 0

	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && regex:
			i++
		case c == '"' && !regex:
			quoted = !quoted
		case c == '/' && !quoted && (regex || i == 0 || strings.ContainsRune(" (:-", rune(s[i-1]))):
			regex = !regex
		case quoted || regex:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], sep) && !strings.HasPrefix(s[i:], " | ") && !strings.HasSuffix(s[:i], " |"):
			parts = append(parts, s[from:i])
			i += len(sep) - 1
			from = i + 1
		}
	}

	return append(parts, s[from:])
}
