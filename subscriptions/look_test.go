package subscriptions_test

import (
	"strings"
	"testing"

	"newsbell/subscriptions"
)

func TestColors(t *testing.T) {
	for typed, want := range map[string]string{
		"red": "#e74c3c", " Teal ": "#1abc9c", "#1ABC9C": "#1abc9c", "00ff00": "#00ff00", "grey": "#95a5a6", "black": "#000000",
		"": "", "#12": "", "#gggggg": "", "reddish": "", "+12345": "", "#1234567": "",
	} {
		got, err := subscriptions.ParseColor(typed)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", typed, got, err, want)
		}

		if again, err := subscriptions.ParseColor(got); got != "" && (again != got || err != nil) {
			t.Errorf("%q reads as %q again, %v", got, again, err)
		}
	}

	if subscriptions.ColorNumber("") != 0 || subscriptions.ColorNumber("#000000") == 0 || subscriptions.ColorNumber("#1abc9c") != 0x1abc9c {
		t.Error("a colour as a number is another")
	}
}

func TestOpenings(t *testing.T) {
	for typed, ok := range map[string]bool{
		"📣 From the desk": true, strings.Repeat("é", subscriptions.LongestOpening): true,
		"": false, "  ": false, "see https://a.example": false, "WWW.a.example": false, "a\x00b": false, strings.Repeat("é", subscriptions.LongestOpening+1): false,
	} {
		if _, err := subscriptions.ParseOpening(typed); (err == nil) != ok {
			t.Errorf("%q: %v", typed, err)
		}
	}

	if got, _ := subscriptions.ParseOpening(" a\n b "); got != "a b" {
		t.Errorf("%q", got)
	}
}
