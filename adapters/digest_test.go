package adapters

import "testing"

func TestDigestGroups(t *testing.T) {
	drone, rain := []Follow{{Number: 1, Query: "drone"}}, []Follow{{Number: 2, Query: "rain"}}
	both := []Follow{{Number: 1, Query: "drone"}, {Number: 2, Query: "rain"}}

	d := Digest{Alerts: []Alert{{Follows: drone}, {Follows: both}, {Follows: rain}, {Follows: rain}, {}}}
	for i, want := range []string{"#1 drone", "", "#2 rain", "", ""} {
		if got := d.Group(i); got != want {
			t.Errorf("above alert %d stands %q, want %q", i, got, want)
		}
	}

	d.Mixed = true

	for i := range d.Alerts {
		if got := d.Group(i); got != "" {
			t.Errorf("in another order, above alert %d stands %q", i, got)
		}
	}
}
