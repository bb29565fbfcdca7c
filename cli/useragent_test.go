package cli

import "testing"

func TestUserAgent(t *testing.T) {
	for contact, want := range map[string]string{
		"":                    "Newsbell/" + version + " (+https://github.com/newsbell/newsbell)",
		"mailto:me@x.example": "Newsbell/" + version + " (+mailto:me@x.example)",
	} {
		if got := userAgent(contact); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
