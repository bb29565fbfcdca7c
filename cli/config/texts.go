package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// The checks of texts: each returns the text as it is used, or a sentence that
// begins after the name of the setting.

func anyText(text string) (string, error) { return text, nil }

func someText(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", errors.New("is empty; leave it out for the default")
	}

	return text, nil
}

// optional takes what a check does, and nothing.
func optional(check func(string) (string, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		if text == "" {
			return "", nil
		}

		return check(text)
	}
}

func oneOf(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if word := strings.ToLower(text); slices.Contains(words, word) {
			return word, nil
		}

		return "", fmt.Errorf("is %s, not %q", strings.Join(QuoteAll(words), " or "), text)
	}
}

// QuoteAll returns words as they are written in a configuration.
func QuoteAll(words []string) []string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, quote(word))
	}

	return quoted
}

// isServer reports whether a database is on a server.
func isServer(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// shownAddress returns an address without its password.
func shownAddress(text string) string {
	address, err := url.Parse(text)
	if err != nil || address.User == nil {
		return text // spelled as it is
	}

	return address.Redacted()
}

// shownDatabase returns a database without the password of its server.
func shownDatabase(database string) string {
	if !isServer(database) {
		return database
	}

	address, err := url.Parse(database)
	if err != nil {
		return "postgres://…"
	}

	// A password may stand among the parameters too.
	parameters := address.Query()
	for _, name := range []string{"password", "sslpassword"} {
		if parameters.Has(name) {
			parameters.Set(name, "xxxxx")
		}
	}

	address.RawQuery = parameters.Encode()

	return address.Redacted()
}

// databaseScheme is the beginning of a database's address that is none of ours: mysql://,
// sqlite:///, file:, POSTGRES://. C:\ is a drive.
var databaseScheme = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:[a-z][a-z0-9+.-]*://|(postgres(ql)?|sqlite3?|file):)`)
})

// CheckDatabase says what is wrong with the name of a database, as a sentence that begins after
// the name of what it was given for.
func CheckDatabase(text string) error {
	_, err := databasePath(text)

	return err
}

func databasePath(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New("needs the name of a file: database = \"newsbell.db\"")
	case isServer(text):
		return text, nil // the store says what is wrong with it
	case databaseScheme().MatchString(text), text == ":memory:": // SQLite would make a folder of the one, a file of the other
		return "", errors.New("takes the name of a file, or postgres://USER:PASSWORD@HOST:5432/DATABASE")
	case strings.HasSuffix(text, "/"), strings.HasSuffix(text, `\`):
		return "", errors.New("is the name of a file, not of a folder: add newsbell.db")
	}

	return text, nil
}

var (
	// The platforms' IDs are numbers; a person's name can change hands.
	idForm   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(telegram|discord):-?[0-9]{1,20}$`) })
	nameForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(telegram|discord):@?[A-Za-z]`) })
	plainID  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?[0-9]+$`) })
	termForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^terminal:[a-z]+$`) })
	chatForm = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(telegram:-?[0-9]+(/[0-9]+)?|discord:@?[0-9]+|terminal:[a-z]+)$`)
	})
)

func personID(text string) (string, error) { return checkID(text, "telegram:4711") }

func anyID(text string) (string, error) { return checkID(text, "telegram:-1001234") }

func checkID(text, example string) (string, error) {
	switch {
	case idForm().MatchString(text), termForm().MatchString(text):
		return text, nil
	case plainID().MatchString(text):
		return "", fmt.Errorf("holds %s without its platform; write \"telegram:%s\" or \"discord:%s\"", text, text, text)
	case nameForm().MatchString(text):
		return "", fmt.Errorf("holds a name, %q; write the number, such as %q (/status in a private chat shows it)", text, example)
	}

	return "", fmt.Errorf("holds %q; write a platform and a number, such as %q", text, example)
}

func chatID(text string) (string, error) {
	switch {
	case text == "", chatForm().MatchString(text):
		return text, nil
	case plainID().MatchString(text):
		return "", fmt.Errorf("is a platform and a number; write \"telegram:%s\" or \"discord:%s\"", text, text)
	}

	return "", fmt.Errorf("is a chat such as \"telegram:-100123\" or \"discord:@4711\", not %q", text)
}

func addressRange(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}

	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("holds %q; write a range of addresses, such as \"10.0.0.0/8\"", text)
	}

	return p.Masked(), nil
}

func webAddress(text string) (string, error) {
	if !isAddress(text, "http", "https") {
		return "", errors.New("is an address that begins with https:// or http://")
	}

	return strings.TrimSuffix(text, "/"), nil
}

// localAddress takes a listenAddress that only this machine reaches.
func localAddress(text string) (string, error) {
	text, err := listenAddress(text)
	if err != nil {
		return "", err
	}

	host, _, _ := net.SplitHostPort(text) // checked above
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return "", errors.New(`is for this machine only: pprof = "127.0.0.1:6060"`)
	}

	return text, nil
}

func listenAddress(text string) (string, error) {
	_, port, err := net.SplitHostPort(text)
	if n, wrong := strconv.Atoi(port); err != nil || wrong != nil || n < 0 || n > 65535 {
		return "", errors.New(`is a host and a port: listen = "127.0.0.1:8090"`)
	}

	return text, nil
}

// mailServer takes a host and a port.
func mailServer(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if n, wrong := strconv.Atoi(port); err != nil || host == "" || wrong != nil || n < 1 || n > 65535 {
		return "", errors.New(`is a host and a port: server = "smtp.example.org:587"`)
	}

	return text, nil
}

// mailAddress takes an address of e-mail with or without a name.
func mailAddress(text string) (string, error) {
	if _, err := mail.ParseAddress(text); err != nil {
		return "", errors.New(`is an address: from = "Newsbell <news@example.org>"`)
	}

	return text, nil
}

func socketAddress(text string) (string, error) {
	if !isAddress(text, "ws", "wss") {
		return "", errors.New("is an address that begins with wss:// or ws://")
	}

	return strings.TrimSuffix(text, "/"), nil
}

func proxyAddress(text string) (string, error) {
	if !isAddress(text, "http", "https", "socks5") {
		return "", errors.New("is an address that begins with socks5:// or http://")
	}

	return text, nil
}

func feedAddress(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New("is missing: url = \"https://…\"")
	case !isAddress(text, "http", "https"):
		return "", errors.New("is an address that begins with https:// or http://")
	}

	return text, nil
}

func isAddress(text string, schemes ...string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && slices.Contains(schemes, strings.ToLower(u.Scheme))
}

// botToken takes a token that comes from a place, without the word that some write before it.
func botToken(from string) func(string) (string, error) {
	return func(text string) (string, error) {
		lower := strings.ToLower(text)

		switch {
		case strings.HasPrefix(lower, "bot "), strings.HasPrefix(lower, "bot:"):
			return "", errors.New("begins with the word Bot; leave that out")
		case strings.HasSuffix(text, "…"):
			return "", errors.New("is the example; put your own token there, from " + from)
		case strings.ContainsAny(text, " \t\n"):
			return "", errors.New("holds a space, which no token does; copy it once more")
		}

		return text, nil
	}
}

// languageCode takes a code of two letters, also with a region behind it, as feeds write it
// (en-US): the language alone counts.
func languageCode(text string) (string, error) {
	if tag, err := language.Parse(text); err == nil {
		if base, _ := tag.Base(); len(base.String()) == 2 {
			return base.String(), nil
		}
	}

	return "", fmt.Errorf("is a code of two letters, such as \"en\", not %q", text)
}

func countryCode(text string) (string, error) {
	if region, err := language.ParseRegion(text); err == nil && region.IsCountry() && len(text) == 2 {
		return strings.ToLower(text), nil
	}

	return "", fmt.Errorf("is a code of two letters, such as \"gb\", not %q", text)
}

func price(text string) (string, error) {
	if n, err := strconv.ParseFloat(text, 64); err != nil || n < 0 || n > 1e6 || math.IsNaN(n) {
		return "", errors.New(`is a number in quotation marks, such as "0.40", or empty`)
	}

	return text, nil
}
