package config

import "testing"

// TestPrice: what a million tokens cost is a number or nothing.
func TestPrice(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "0.40": true, "3": true, "-1": false, "NaN": false, "cheap": false, "1e9": false} {
		if _, err := optional(price)(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
