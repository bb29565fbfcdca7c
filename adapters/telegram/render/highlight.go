package render

import "newsbell/adapters"

// maxHighlights is how many highlights one text has at most, see [adapters.FindWords].
const maxHighlights = 40

// highlighted writes a text with the words in it inside a tag.
func (m *markup) highlighted(text, tag string, words []string) {
	at := 0

	for _, s := range adapters.FindWords(text, words) {
		m.text(text[at:s.From])
		m.styled(tag, text[s.From:s.To])
		at = s.To
	}

	m.text(text[at:])
}
