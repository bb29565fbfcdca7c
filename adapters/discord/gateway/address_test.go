package gateway

import "testing"

func TestTheAddressNamesVersionAndEncoding(t *testing.T) {
	t.Parallel()

	for address, want := range map[string]string{
		"wss://gateway.discord.gg":        "wss://gateway.discord.gg/?encoding=json&v=10 wss://gateway.discord.gg",
		"wss://gateway.discord.gg/?v=9":   "wss://gateway.discord.gg/?encoding=json&v=9 wss://gateway.discord.gg",
		"ws://127.0.0.1:9000/gateway":     "ws://127.0.0.1:9000/gateway?encoding=json&v=10 ws://127.0.0.1:9000",
		"http://127.0.0.1:9000/a/b?key=k": "ws://127.0.0.1:9000/a/b?encoding=json&key=k&v=10 ws://127.0.0.1:9000",
		"https://h/?v=10&encoding=json":   "wss://h/?encoding=json&v=10 wss://h",
		"ftp://h/":                        " ",
		"gateway":                         " ",
		"ws://":                           " ",
		"%":                               " ",
	} {
		target, origin, err := parseURL(address)
		if got := target + " " + origin; got != want || (err != nil) != (want == " ") {
			t.Errorf("%s: %q, %v, want %q", address, got, err, want)
		}
	}
}
