package web

import (
	"net/http"
	"sync"

	"golang.org/x/text/language"

	"newsbell/locales"
)

// Bounds of what is looked at of what browsers ask for.
const (
	languagesRead = 8   // languages of a visitor, the most wanted first
	wishesKept    = 256 // wishes whose texts are known
	wishBytes     = 100 // of a wish that is kept
)

// wishes are the texts for what browsers say of their languages: reading that takes longer than
// sending a page that is made. It is safe for concurrent use.
type wishes struct {
	mu   sync.Mutex
	kept map[string]*locales.Texts
}

// textsFor returns the texts in a language that the visitor's browser asks for.
func (s *Server) textsFor(r *http.Request) *locales.Texts {
	wish := r.Header.Get("Accept-Language")

	s.wishes.mu.Lock()
	t := s.wishes.kept[wish]
	s.wishes.mu.Unlock()

	if t != nil {
		return t
	}

	t = s.findTexts(wish)

	if len(wish) <= wishBytes {
		s.wishes.mu.Lock()
		defer s.wishes.mu.Unlock()

		if len(s.wishes.kept) >= wishesKept || s.wishes.kept == nil {
			s.wishes.kept = map[string]*locales.Texts{}
		}

		s.wishes.kept[wish] = t
	}

	return t
}

// findTexts returns the texts for what a browser says of its languages.
func (s *Server) findTexts(wish string) *locales.Texts {
	tags, _, _ := language.ParseAcceptLanguage(wish) // none for nonsense

	var codes []string
	for _, tag := range tags[:min(len(tags), languagesRead)] {
		codes = append(codes, tag.String())
	}

	return s.Texts.Find(codes...)
}
