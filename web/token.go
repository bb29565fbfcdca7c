package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"newsbell/store"
)

// secretSize is that of the secret, and macSize what is kept of a signature, in bytes:
// 96 bits cannot be guessed over a network.
const (
	secretSize = 32
	macSize    = 12
)

// readSecret returns the secret of an installation, made when it is first asked for.
func readSecret(ctx context.Context, s *store.Store) ([]byte, error) {
	text, err := s.Cursor(ctx, "web", "secret")
	if err != nil {
		return nil, err
	}

	if secret, err := hex.DecodeString(text); err == nil && len(secret) == secretSize {
		return secret, nil
	}

	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // it never fails

	return secret, s.SetCursor(ctx, "web", "secret", hex.EncodeToString(secret))
}

// PageOf returns the address of a story's page as a chat may see it.
func (s *Server) PageOf(chat, story int64) string { return s.URL + "/s/" + s.token('s', chat, story) }

// token returns the last part of an address: what it shows, to whom, and a signature.
func (s *Server) token(kind byte, chat, story int64) string {
	b := binary.AppendVarint(binary.AppendVarint(nil, story), chat)
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(kind, b)...))
}

func (s *Server) sign(kind byte, b []byte) []byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte{kind})
	mac.Write(b)

	return mac.Sum(nil)[:macSize]
}

var errToken = errors.New("no such page")

// parseToken reads an address that token made; any other is an error.
func (s *Server) parseToken(kind byte, token string) (chat, story int64, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= macSize {
		return 0, 0, errToken
	}

	body, signature := b[:len(b)-macSize], b[len(b)-macSize:]
	if !hmac.Equal(signature, s.sign(kind, body)) {
		return 0, 0, errToken
	}

	story, n := binary.Varint(body)
	if n <= 0 {
		return 0, 0, errToken
	}

	chat, m := binary.Varint(body[n:])
	if m <= 0 || n+m != len(body) {
		return 0, 0, errToken
	}

	return chat, story, nil
}
