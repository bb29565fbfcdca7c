package sources

import "newsbell/sources/feed"

// State is what is remembered of a source from poll to poll. It is opaque to
// others, written as JSON, and small: some hundred bytes.
type State struct {
	// Validators of the last body that was understood, as the server wrote them:
	// they are opaque and go back byte by byte.
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"modified,omitempty"`
	// BodyHash is that of the last body as it came over the wire, compressed or
	// not: the same bytes hold nothing new.
	BodyHash string `json:"hash,omitempty"`

	// Moved is where permanent redirects point, MovedCount how often in a row
	// they did.
	Moved      string `json:"moved,omitempty"`
	MovedCount int    `json:"moved_count,omitempty"`

	// Fingerprints are those of the items listed.
	feed.Fingerprints

	// Count is how many items the last list that held any did hold.
	Count int `json:"count,omitempty"`

	Failures int        `json:"failures,omitempty"` // in a row
	History  history    `json:"history,omitzero"`
	Hints    feed.Hints `json:"hints,omitzero"`
}

// Brief is the state without its memory of items: all that a visit needs that
// finds nothing new, and a tenth of the size.
func (s State) Brief() State {
	s.Fingerprints = feed.Fingerprints{}
	return s
}

// sameAs compares what an answer without a body can change.
func (s *State) sameAs(before State) bool {
	return s.ETag == before.ETag && s.LastModified == before.LastModified && s.BodyHash == before.BodyHash &&
		s.Moved == before.Moved && s.MovedCount == before.MovedCount && s.Failures == before.Failures
}
