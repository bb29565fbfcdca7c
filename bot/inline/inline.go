// Package inline finds stories for people who type behind the bot's name in any chat. What
// it finds is read by everybody there, so it looks at public sources only, and it is asked
// at every letter, so it remembers for a minute what it found.
package inline

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/subscriptions/query"
)

const (
	// pageSize is how many stories are shown at once.
	pageSize = 10
	// Most is how many stories there are to page through.
	Most = 50

	keptFor   = time.Minute
	keptAtAll = 256
	// maxText is what is read of what somebody types, in bytes; Telegram sends up to 256
	// characters.
	maxText = 1024
	// A last word of so many letters may be the beginning of one.
	minPrefix = 3
)

// Parse reads what somebody has typed so far: the last word may be the beginning of a
// longer one, and what is no query yet is read as words. Nil: everything.
func Parse(text string) *query.Query {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text[:min(len(text), maxText)], "")), " ")

	words := wordsOf(text)

	for _, try := range []string{withPrefix(text), text, withPrefix(words), words} {
		if try == "" {
			continue
		}

		if q, err := query.Parse(try); err == nil {
			return q
		}
	}

	return nil
}

// withPrefix lets the last word of a text be the beginning of one.
func withPrefix(text string) string {
	last := text[strings.LastIndexByte(text, ' ')+1:]
	if utf8.RuneCountInString(last) < minPrefix || strings.IndexFunc(last, func(r rune) bool { return !unicode.IsLetter(r) }) >= 0 || last == strings.ToUpper(last) {
		return ""
	}

	return text + "*"
}

// wordsOf is a text without operators and everything that is no letter or digit.
func wordsOf(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	words = slices.DeleteFunc(words, func(w string) bool { return w == "OR" || w == "AND" || w == "NOT" })

	return strings.ToLower(strings.Join(words, " "))
}

// Paginate returns the page of the cards that begins at an offset, and the offset of the next, ""
// for none.
func Paginate(all []adapters.Card, offset string) (page []adapters.Card, next string) {
	from, err := strconv.Atoi(offset)
	if err != nil || from < 0 {
		from = 0
	}

	from = min(from, len(all))

	to := min(from+pageSize, len(all))
	if to < len(all) {
		next = strconv.Itoa(to)
	}

	return all[from:to], next
}

// Cache remembers for a minute what was found, for everybody: it depends on nobody. It is
// safe for concurrent use.
type Cache struct {
	mu   sync.Mutex
	kept map[string]found
}

type found struct {
	cards []adapters.Card
	until time.Time
}

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{kept: map[string]found{}} }

// Find returns what is remembered under a key, else what find finds, which is remembered.
func (c *Cache) Find(ctx context.Context, key string, find func(context.Context) ([]adapters.Card, error)) ([]adapters.Card, error) {
	c.mu.Lock()
	known, ok := c.kept[key]
	c.mu.Unlock()

	if ok && time.Now().Before(known.until) {
		return known.cards, nil
	}

	cards, err := find(ctx)
	if err != nil {
		return nil, err
	}

	c.mu.Lock()
	defer c.mu.Unlock()

	if len(c.kept) >= keptAtAll {
		c.dropOne()
	}

	c.kept[key] = found{cards, time.Now().Add(keptFor)}

	return cards, nil
}

// dropOne forgets what is over, or else what is over first.
func (c *Cache) dropOne() {
	oldest := ""

	for key, f := range c.kept {
		if time.Now().After(f.until) {
			delete(c.kept, key)
		} else if oldest == "" || f.until.Before(c.kept[oldest].until) {
			oldest = key
		}
	}

	if len(c.kept) >= keptAtAll {
		delete(c.kept, oldest)
	}
}

// wordPrefix begins the word of a link that brings what was typed into a private chat.
const wordPrefix = "q-"

// maxWord is how long the word of a link may be, in bytes.
const maxWord = 64

// LinkWord is the word of a link that opens the bot with a text, "" if it is too long for
// one.
func LinkWord(text string) string {
	word := wordPrefix + base64.RawURLEncoding.EncodeToString([]byte(text))
	if text == "" || len(word) > maxWord {
		return ""
	}

	return word
}

// TextOfLink is the text that the word of a link brings; ok is false for any other word.
func TextOfLink(word string) (text string, ok bool) {
	encoded, ok := strings.CutPrefix(word, wordPrefix)
	if !ok {
		return "", false
	}

	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	text = strings.TrimSpace(string(raw))

	return text, err == nil && text != "" && utf8.ValidString(text)
}
