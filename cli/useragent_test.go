package cli

import "testing"

func TestUserAgent(t *testing.T) {
	for contact, want := range map[string]string{
		"":                    "Newsbell/1.2 (+https://github.com/newsbell/newsbell)",
		"mailto:me@x.example": "Newsbell/1.2 (+mailto:me@x.example)",
	} {
		if got := userAgent("1.2", contact); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
