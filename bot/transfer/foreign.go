package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"newsbell/news"
)

// errTurnedOff is why a feed of a file is left out.
var errTurnedOff = errors.New("it's turned off there")

// backup is what MonitoRSS's command of that name wrote: all that a server had set up.
type backup struct {
	Feeds []struct {
		Title    string  `json:"title"`
		URL      string  `json:"url"`
		Disabled *string `json:"disabled"` // why it is turned off
	} `json:"feeds"`
}

// readBackup reads the feeds of a backup, nil if it is none.
func readBackup(body []byte) (*Account, []error) {
	var b backup
	if err := json.Unmarshal(body, &b); err != nil || len(b.Feeds) == 0 {
		return nil, []error{ErrUnknown}
	}

	if len(b.Feeds) > mostParts {
		return nil, []error{&TooManyError{Sources: true, Limit: mostParts}}
	}

	a := &Account{Format: format}

	var wrong []error

	for i, f := range b.Feeds {
		err := checkAddress(f.URL)
		if f.Disabled != nil && *f.Disabled != "" {
			err = errTurnedOff
		}

		if err != nil {
			wrong = append(wrong, &PartError{"source", i + 1, err})
			continue
		}

		a.Sources = append(a.Sources, news.Source{URL: f.URL, Title: f.Title})
	}

	return a, wrong
}

// isAddresses reports whether a file is a list of addresses, as el_monitorro's
// /list_subscriptions shows them: one a line.
func isAddresses(body []byte) bool {
	first, _, _ := bytes.Cut(bytes.TrimSpace(body), []byte("\n"))
	lower := bytes.ToLower(first)

	return !bytes.ContainsAny(first, " <") && (bytes.HasPrefix(lower, []byte("http://")) || bytes.HasPrefix(lower, []byte("https://")))
}

// readAddresses reads a list of addresses.
func readAddresses(body []byte) (*Account, []error) {
	a := &Account{Format: format}

	for line := range strings.Lines(string(body)) {
		if line = strings.TrimSpace(line); line != "" {
			a.Sources = append(a.Sources, news.Source{URL: line})
		}

		if len(a.Sources) > mostParts {
			return nil, []error{&TooManyError{Sources: true, Limit: mostParts}}
		}
	}

	return a, a.check()
}
