// Package news is what an article is: its clean text and title, its addresses and its
// language. Its folders hold which articles tell the same story (story) and what an
// alert shows of an article (summary).
//
// It is pure: no network, no database, no clock. Everything here is a function of its
// arguments, so the live program, the command line and the tests decide alike.
package news

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// Article is one item of one source, cleaned: plain text with single spaces, no
// markup, absolute addresses. Its JSON form is a line of `newsbell fetch`.
type Article struct {
	Source    string    `json:"source,omitempty"`   // the address of the feed it came in
	Key       string    `json:"key,omitempty"`      // what names it within its source, for ever
	AltKey    string    `json:"-"`                  // what names it too, if its feed gives it an identifier beside its address
	AltPage   string    `json:"-"`                  // the key of the page that this identifier is the address of; Key: it says nothing that the address does not
	Title     string    `json:"title,omitempty"`    // as people read it
	URL       string    `json:"url,omitempty"`      // where it is read, without tracking parameters
	Published time.Time `json:"published,omitzero"` // UTC; zero: not known
	Updated   time.Time `json:"updated,omitzero"`   // UTC; zero: not known
	Authors   []string  `json:"authors,omitempty"`  //
	Tags      []string  `json:"tags,omitempty"`     //
	Language  string    `json:"language,omitempty"` // ISO 639-1, lower case
	Country   string    `json:"country,omitempty"`  // ISO 3166 alpha-2, lower case
	Image     string    `json:"image,omitempty"`    // an address
	Caption   string    `json:"caption,omitempty"`  // what the image shows
	Credit    string    `json:"credit,omitempty"`   // whose image it is
	Outlet    string    `json:"outlet,omitempty"`   // who published it
	Summary   string    `json:"summary,omitempty"`  // what an alert shows
	Text      string    `json:"text,omitempty"`     // the whole text that the feed had
	Bundles   []string  `json:"-"`                  // the bundles that its source is in, as far as it was asked
}

// Key names an item by what is true of it for ever. It is 128 bits of SHA-256 as 22 letters: short
// enough for an index, long enough that two items of all the world's news never share one.
func Key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// PageKey is the key of an item that is named by its canonical address, "" without one.
func PageKey(canonical string) string {
	if canonical == "" {
		return ""
	}

	return Key("address", canonical)
}
