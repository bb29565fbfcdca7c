package transfer

import (
	"errors"
	"strings"
	"testing"
)

// TestTooManyParts: a file of a million parts is refused before they are read, and what
// /settings refuses as the time of a brief is refused in a file too.
func TestTooManyParts(t *testing.T) {
	const head = `{"format":"` + format + `",`

	body := head + `"subscriptions":[` + strings.Repeat(`{"query":"a"},`, mostParts) + `{"query":"a"}]}`

	a, wrong := Read([]byte(body))
	if many, ok := errors.AsType[*TooManyError](errors.Join(wrong...)); a != nil || !ok || many.Sources {
		t.Errorf("got %v, %v", a, wrong)
	}

	for brief, good := range map[string]bool{"daily 8:00": true, "hourly": false, "now": false, "": true} {
		if _, wrong := Read([]byte(head + `"settings":{"brief":"` + brief + `"}}`)); (len(wrong) == 0) != good {
			t.Errorf("a brief %q: %v", brief, wrong)
		}
	}
}
