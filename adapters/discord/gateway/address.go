package gateway

import (
	"errors"
	"net/url"
	"strings"
)

// parseURL reads a gateway's address: the full address to connect to, with the
// version and the encoding, and its scheme and host.
func parseURL(address string) (target, origin string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", errors.New("the gateway's address cannot be read")
	}

	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	}

	if u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return "", "", errors.New("the gateway's address is not ws:// or wss://")
	}

	if u.Path == "" {
		u.Path = "/"
	}

	q := u.Query()
	if !q.Has("v") {
		q.Set("v", "10")
	}

	if !q.Has("encoding") {
		q.Set("encoding", "json")
	}

	u.RawQuery = q.Encode()

	return u.String(), u.Scheme + "://" + u.Host, nil
}

// schemeOf returns the part of an origin before the colon.
func schemeOf(origin string) string {
	scheme, _, _ := strings.Cut(origin, ":")
	return scheme
}
