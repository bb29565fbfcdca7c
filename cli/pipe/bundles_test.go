package pipe

import (
	"encoding/json"
	"testing"
)

// Programs read what `newsbell bundles --json` prints: its names hang on no name of Go.
func TestLinesOfBundlesArePinned(t *testing.T) {
	const want = `{"id":"pl","kind":"country","name":"Poland","outlets":2,"languages":["pl"]}`

	line, err := json.Marshal(bundleLine{ID: "pl", Kind: "country", Name: "Poland", Outlets: 2, Languages: []string{"pl"}})
	if err != nil || string(line) != want {
		t.Errorf("a line reads %s, not %s; %v", line, want, err)
	}
}
