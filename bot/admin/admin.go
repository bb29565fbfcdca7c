// Package admin is what an operator sees and does: look a person up, block them, count
// how the bot is used, announce something to everybody. The chat commands and the
// command line use the same functions, so that both say the same.
//
// What single people follow stays theirs: an operator sees how many subscriptions
// somebody has, and a query only when at least five people follow it.
package admin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/locales"
	"newsbell/store"
)

// Person is who a command is about: "telegram:5001". It may be a group, channel or server, too, and
// "chat:12" is the chat of that number, as the operator's page and Describe name it.
type Person struct{ Platform, User string }

func (p Person) String() string { return p.Platform + ":" + p.User }

var personForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(telegram|discord|chat):@?(-?[0-9][0-9A-Za-z_/-]*)|(terminal):([0-9A-Za-z_/-]+))$`)
})

// ErrNoPerson says how a person is named.
var ErrNoPerson = errors.New("name a person by platform and number, such as telegram:5001")

// ParsePerson reads "telegram:5001". A name, such as telegram:@ann, is nobody's: it can be given away.
func ParsePerson(text string) (Person, error) {
	m := personForm().FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Person{}, ErrNoPerson
	}

	return Person{m[1] + m[3], m[2] + m[4]}, nil
}

// ParsePersonOn reads what ParsePerson does, and a number alone: whoever types on a platform
// means somebody there. At the terminal nobody has a number.
func ParsePersonOn(platform, text string) (Person, error) {
	if text = strings.TrimSpace(text); platform != "terminal" && isNumber(text) {
		return Person{platform, text}, nil
	}

	return ParsePerson(text)
}

// isNumber reports whether a text is a number as platforms give them to people and, with a
// minus, to groups.
func isNumber(text string) bool {
	digits := strings.TrimPrefix(text, "-")

	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// find returns who a person is that is named by the number of a chat.
func (p Person) find(t *store.Tx) (Person, error) {
	if p.Platform != "chat" {
		return p, nil
	}

	id, err := strconv.ParseInt(p.User, 10, 64)
	if err != nil {
		return p, nil // there is none: the reply says so
	}

	c, err := t.ChatByID(id)

	switch {
	case errors.Is(err, store.ErrNotFound):
		return p, nil
	case err != nil:
		return p, err
	}

	return Person{c.Platform, strings.TrimPrefix(c.Address, "@")}, nil
}

// Describe returns what is known of a person: their chats and why those sleep, how many
// subscriptions, what became of their alerts.
func Describe(t *store.Tx, w *locales.Texts, p Person) (string, error) {
	p, err := p.find(t)
	if err != nil {
		return "", err
	}

	chats, err := t.ChatsOfPerson(p.Platform, p.User)
	if err != nil {
		return "", err
	}

	blocked, err := t.BlockedAt(p.Platform, p.User)
	if err != nil {
		return "", err
	}

	var lines []string

	if !blocked.IsZero() {
		lines = append(lines, w.Say("admin.is_blocked", "person", p.String(), "ago", w.Ago(t.Now.Sub(blocked))))
	}

	if len(chats) == 0 {
		return strings.Join(append(lines, w.Say("admin.no_chat", "person", p.String())), "\n"), nil
	}

	for _, c := range chats {
		line, err := describeChat(t, w, c)
		if err != nil {
			return "", err
		}

		lines = append(lines, line)
	}

	return strings.Join(lines, "\n"), nil
}

func describeChat(t *store.Tx, w *locales.Texts, c *store.Chat) (string, error) {
	subscriptions, err := t.Subscriptions(c.ID)
	if err != nil {
		return "", err
	}

	counts, err := t.CountChat(c.ID, t.Now.Add(-7*24*time.Hour))
	if err != nil {
		return "", err
	}

	state := w.Say("admin.state_" + string(c.State))

	switch {
	case c.State == store.Asleep:
		state = w.Say("admin.asleep", "ago", w.Ago(t.Now.Sub(c.StateSince)), "reason", w.Translate(c.Reason))
	case c.State == store.Paused && !c.PausedUntil.IsZero():
		state = w.Say("admin.paused_until", "until", c.PausedUntil.UTC().Format("2006-01-02 15:04 MST"))
	}

	dropped := 0
	for _, n := range counts.Dropped {
		dropped += n
	}

	last := w.Say("admin.no_alert")

	alert, err := t.LastAlert(c.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}

	if alert != nil && err == nil {
		last = w.Say("admin.last_alert", "ago", w.Ago(t.Now.Sub(alert.DueAt)))
	}

	return w.Say("admin.chat", "id", strconv.FormatInt(c.ID, 10), "kind", w.Say("admin.kind_"+c.Kind), "since", c.CreatedAt.UTC().Format(time.DateOnly), "state", state,
		"n", len(subscriptions), "last", last, "sent", counts.Sent, "waiting", counts.Waiting, "folded", counts.Folded, "dropped", dropped), nil
}

// Why a chat sleeps that is blocked: its person is, it is itself, or its server is.
const (
	personBlocked = "the operator blocked this person"
	chatBlocked   = "the operator blocked this chat"
	serverBlocked = "the operator blocked this server"
)

// blockedReason is why a chat sleeps once somebody is blocked.
func blockedReason(c *store.Chat, p Person) string {
	switch {
	case c.Server == p.User && c.Server != "":
		return serverBlocked
	case c.Kind == "private":
		return personBlocked
	default:
		return chatBlocked
	}
}

// Block has a person neither answered nor sent anything from now on; so with a group and its
// topics, a channel, or a server and its channels.
func Block(t *store.Tx, w *locales.Texts, p Person) (string, error) {
	p, err := p.find(t)
	if err != nil {
		return "", err
	}

	if p.Platform == "chat" {
		return w.Say("admin.no_chat", "person", p.String()), nil
	}

	fresh, err := t.Block(p.Platform, p.User)
	if err != nil || !fresh {
		return w.Say("admin.blocked_already", "person", p.String()), err
	}

	chats, err := chatsAt(t, p)
	for _, c := range chats {
		if err == nil {
			_, err = t.Sleep(c.ID, blockedReason(c, p))
		}
	}

	return w.Say("admin.blocked", "person", p.String()), err
}

// Unblock takes a block back. What is blocked for another reason, as a channel beside its server, stays so.
func Unblock(t *store.Tx, w *locales.Texts, p Person) (string, error) {
	p, err := p.find(t)
	if err != nil {
		return "", err
	}

	was, err := t.Unblock(p.Platform, p.User)
	if err != nil || !was {
		return w.Say("admin.not_blocked", "person", p.String()), err
	}

	chats, err := chatsAt(t, p)
	for _, c := range chats {
		if err == nil {
			err = wakeUnblocked(t, c)
		}
	}

	return w.Say("admin.unblocked", "person", p.String()), err
}

// wakeUnblocked wakes a chat that sleeps because of a block, or says of which other block it still does.
func wakeUnblocked(t *store.Tx, c *store.Chat) error {
	if c.State != store.Asleep || !slices.Contains([]string{personBlocked, chatBlocked, serverBlocked}, c.Reason) {
		return nil
	}

	group, _, _ := strings.Cut(c.Address, "/")

	for _, id := range []string{strings.TrimPrefix(c.Address, "@"), group, c.Server} {
		if at, err := t.BlockedAt(c.Platform, id); err != nil || !at.IsZero() {
			return errors.Join(err, t.SetReason(c.ID, blockedReason(c, Person{c.Platform, id})))
		}
	}

	_, _, err := t.Wake(c.ID)

	return err
}

// chatsAt lists what is blocked with a person: their private chat; or a group and its topics, a
// channel, or the channels of a server.
func chatsAt(t *store.Tx, p Person) ([]*store.Chat, error) {
	chats, err := t.ChatsUnder(p.Platform, p.User)
	if err != nil {
		return nil, err
	}

	own, err := t.ChatsUnder(p.Platform, "@"+p.User)
	if err != nil {
		return nil, err
	}

	server, err := t.ChatsOfServer(p.Platform, p.User)

	for _, c := range server {
		if c.Kind != "private" {
			own = append(own, c)
		}
	}

	return append(chats, own...), err
}

// announceChats is how many chats get an announcement in one transaction.
const announceChats = 5000

// Announce puts a text into the outbox of every chat that has subscriptions and can be
// written to, and returns how many; a dry run only counts. It is sent at the pace of each platform.
func Announce(ctx context.Context, s *store.Store, text string, dryRun bool) (chats int, err error) {
	if dryRun {
		return store.Read(ctx, s, (*store.Tx).CountReachable)
	}

	for last, n := int64(0), announceChats; n == announceChats; {
		err := s.Update(ctx, func(t *store.Tx) (err error) {
			last, n, err = t.NotifyReachable(last, announceChats, text)
			return err
		})
		if err != nil {
			return chats, fmt.Errorf("announce after %d chats: %w", chats, err)
		}

		chats += n
	}

	return chats, nil
}

// AnnounceNow is Announce in one transaction, for a request that must act only once.
func AnnounceNow(t *store.Tx, text string, dryRun bool) (chats int, err error) {
	if dryRun {
		return t.CountReachable()
	}

	_, chats, err = t.NotifyReachable(0, math.MaxInt32, text)

	return chats, err
}
