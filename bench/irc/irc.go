// Package irc is an experiment: a third chat platform, to prove that one is a package and
// two lines. It speaks as much of IRC (RFC 2812) as the contract of package adapters needs,
// on the standard library alone. docs/decisions/third-platform.md says why it isn't shipped.
//
// Addresses are "#channel" and a nickname. Each line of a message is a PRIVMSG of its own.
// IRC acknowledges nothing, but answers in order: a PING goes after each message, and what
// the server says before its PONG is about that message. There is nothing to edit, so what
// is new in an alert is said; buttons are numbers that one types.
package irc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"newsbell/adapters"
)

// Platform is this platform's name.
const Platform = "irc"

const (
	dialLimit   = 15 * time.Second
	answerLimit = 30 * time.Second // for the server to answer a PING or NAMES
	retryAfter  = 2 * time.Second  // before the next try to connect
	// maxText is how many bytes of text a line carries: 512 are a line with what the server
	// puts before it. Source: RFC 2812, 2.3.
	maxText = 400
	// maxLines is how many lines one message has at most.
	maxLines = 30
)

// Config is what an adapter needs.
type Config struct {
	Server   string   // host:port
	Nick     string   // the bot's nickname
	Channels []string // to join at the start
	Log      *slog.Logger
}

// Adapter is one bot on an IRC network. It is safe for concurrent use.
type Adapter struct {
	config Config

	sending sync.Mutex // one message after the other, so that errors are told apart

	mu      sync.Mutex
	conn    net.Conn // nil: not connected
	waiting map[string]chan reply
	refused *adapters.SendError          // of the message that is being sent
	names   map[string][]string          // of channels while they are listed
	buttons map[string][]adapters.Button // by address, those last shown
	sent    int
}

// reply is what the server said to a PING or NAMES.
type reply struct{ names []string }

// New makes an adapter. It does no network.
func New(c Config) *Adapter {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}

	return &Adapter{config: c, waiting: map[string]chan reply{}, names: map[string][]string{}, buttons: map[string][]adapters.Button{}}
}

// Platform implements [adapters.Adapter].
func (a *Adapter) Platform() string { return Platform }

// Run implements [adapters.Adapter].
func (a *Adapter) Run(ctx context.Context, h adapters.Handler) error {
	for ctx.Err() == nil {
		if err := a.connect(ctx, h); err != nil && ctx.Err() == nil {
			a.config.Log.Warn("irc: the connection ended", "error", err)
		}

		select {
		case <-ctx.Done():
		case <-time.After(retryAfter):
		}
	}

	return nil
}

// connect holds one connection to its end, and waits for the handlers that it started.
func (a *Adapter) connect(ctx context.Context, h adapters.Handler) error {
	dialer := net.Dialer{Timeout: dialLimit}

	conn, err := dialer.DialContext(ctx, "tcp", a.config.Server)
	if err != nil {
		return err
	}
	defer conn.Close()

	stop := context.AfterFunc(ctx, func() {
		fmt.Fprint(conn, "QUIT :bye\r\n")
		conn.Close()
	})
	defer stop()

	fmt.Fprintf(conn, "NICK %s\r\nUSER %s 0 * :Newsbell\r\n", a.config.Nick, a.config.Nick)

	var handlers sync.WaitGroup
	defer handlers.Wait()
	defer a.lose(conn) // before the handlers are waited for: what they send fails at once

	in := bufio.NewScanner(conn)
	for in.Scan() {
		a.receive(context.WithoutCancel(ctx), conn, parse(in.Text()), h, &handlers)
	}

	return in.Err()
}

// use takes a connection that is ready.
func (a *Adapter) use(conn net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.conn = conn
}

// lose gives up a connection, if it is the one in use: then nobody waits on for its answers.
func (a *Adapter) lose(conn net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if a.conn != conn {
		return
	}

	a.conn = nil
	for token, waits := range a.waiting {
		close(waits)
		delete(a.waiting, token)
	}
}

// line is one line of the protocol.
type line struct {
	from, command string
	args          []string
}

// arg is an argument, "" if there are fewer.
func (l *line) arg(i int) string {
	if i < len(l.args) {
		return l.args[i]
	}

	return ""
}

// parse reads a line: ":ada!u@host PRIVMSG #news :what they said".
func parse(text string) *line {
	var l line

	text = strings.TrimRight(text, "\r\n")
	if after, ok := strings.CutPrefix(text, ":"); ok {
		l.from, text, _ = strings.Cut(after, " ")
		l.from, _, _ = strings.Cut(l.from, "!")
	}

	text, last, hasLast := strings.Cut(text, " :")

	l.args = strings.Fields(text)
	if len(l.args) > 0 {
		l.command, l.args = strings.ToUpper(l.args[0]), l.args[1:]
	}

	if hasLast {
		l.args = append(l.args, last)
	}

	return &l
}

// receive does what a line of the server asks.
func (a *Adapter) receive(ctx context.Context, conn net.Conn, l *line, h adapters.Handler, handlers *sync.WaitGroup) {
	switch l.command {
	case "PING":
		fmt.Fprintf(conn, "PONG :%s\r\n", l.arg(0))
	case "PONG":
		a.resolve(l.arg(len(l.args)-1), reply{})
	case "001": // welcome
		a.use(conn)

		for _, channel := range a.config.Channels {
			fmt.Fprintf(conn, "JOIN %s\r\n", channel)
		}
	case "353": // names of a channel: "= #news :@ada bob"
		a.mu.Lock()
		at := fold(l.arg(2))
		a.names[at] = append(a.names[at], strings.Fields(l.arg(3))...)
		a.mu.Unlock()
	case "366": // the end of them
		a.mu.Lock()
		at := fold(l.arg(1))
		names := a.names[at]
		delete(a.names, at)
		a.mu.Unlock()
		a.resolve("names "+at, reply{names: names})
	case "401", "403", "404", "405", "442", "471", "473", "474", "475":
		a.mu.Lock()
		a.refused = &adapters.SendError{Fate: adapters.Gone, Reason: strings.ToLower(strings.TrimSuffix(l.arg(2), ".")), Cause: errors.New(l.command)}
		a.mu.Unlock()
	case "INVITE":
		fmt.Fprintf(conn, "JOIN %s\r\n", l.arg(1))
		handlers.Go(func() { h.Notice(ctx, a.event(adapters.Joined, l.arg(1), l.from)) })
	case "KICK":
		if fold(l.arg(1)) == fold(a.config.Nick) {
			handlers.Go(func() { h.Notice(ctx, a.event(adapters.Left, l.arg(0), l.from)) })
		}
	case "PRIVMSG":
		if r := a.request(l); r != nil {
			handlers.Go(func() { a.answer(ctx, h, r) })
		}
	}
}

// fold is how names are compared.
func fold(name string) string { return strings.ToLower(name) }

// isChannel reports whether an address is a channel's.
func isChannel(address string) bool { return strings.HasPrefix(address, "#") }

func (a *Adapter) event(kind adapters.EventKind, channel, by string) *adapters.Event {
	return &adapters.Event{Key: a.key(), Kind: kind, Chat: chatOf(channel), User: adapters.User{ID: fold(by), Name: by}}
}

// key names what happened: IRC says everything once, and gives it no number.
func (a *Adapter) key() string {
	return fmt.Sprintf("%s:%d:%d", Platform, time.Now().UnixNano(), a.count())
}

func (a *Adapter) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()

	a.sent++

	return a.sent
}

// chatOf is the chat of an address.
func chatOf(address string) adapters.ChatInfo {
	info := adapters.ChatInfo{Chat: adapters.Chat{Platform: Platform, Address: fold(address)}, Kind: adapters.Private, Title: address}
	if isChannel(address) {
		info.Kind = adapters.Group
	}

	return info
}

// request reads what a person said: "!list" anywhere, a number that stands before a button,
// anything else where they are alone with the bot. Nil: it is not for the bot.
func (a *Adapter) request(l *line) *adapters.Request {
	where, text := l.arg(0), strings.TrimSpace(l.arg(1))
	if !isChannel(where) {
		where = l.from
	}

	r := &adapters.Request{Key: a.key(), Chat: chatOf(where), User: adapters.User{ID: fold(l.from), Name: l.from}}

	a.mu.Lock()
	buttons := a.buttons[fold(where)]
	a.mu.Unlock()

	command, isCommand := strings.CutPrefix(text, "!")
	number, err := strconv.Atoi(text)

	switch {
	case isCommand && command != "":
		r.Command, r.Text, _ = strings.Cut(command, " ")
		r.Command = strings.ToLower(r.Command)
	case err == nil && number >= 1 && number <= len(buttons):
		r.Kind, r.Data = adapters.PressRequest, buttons[number-1].Data
	case isChannel(where) || text == "":
		return nil
	default:
		r.Kind, r.Text = adapters.TextRequest, text
	}

	return r
}

// answer answers a request where it was made, or in private what only the person may see.
func (a *Adapter) answer(ctx context.Context, h adapters.Handler, r *adapters.Request) {
	m := h.Answer(ctx, r)
	if m == nil {
		return
	}

	to := r.Chat.Chat
	if m.Private {
		to.Address = r.User.ID
	}

	_, err := a.Send(ctx, to, m)
	h.Answered(ctx, r, m, err)
}

// Send implements [adapters.Adapter].
func (a *Adapter) Send(ctx context.Context, to adapters.Chat, m *adapters.Message) (string, error) {
	if m.File != nil && m.Instead != nil {
		m = m.WithoutFile()
	}

	text := m.String()
	for i, b := range a.show(to.Address, m) {
		text += fmt.Sprintf("\n[%d] %s", i+1, b.Label)
	}

	if err := a.say(ctx, to.Address, text); err != nil {
		return "", err
	}

	return strconv.Itoa(a.count()), nil
}

// show remembers the buttons of a message, and returns them. Those of news come and go, and
// cannot be told apart by number.
func (a *Adapter) show(address string, m *adapters.Message) []adapters.Button {
	if m.Alert != nil || m.Digest != nil {
		return nil
	}

	var shown []adapters.Button

	for _, row := range m.Buttons {
		for _, b := range row {
			if b.Data != "" {
				shown = append(shown, b)
			}
		}
	}

	a.mu.Lock()
	defer a.mu.Unlock()

	a.buttons[fold(address)] = shown

	return shown
}

// say sends lines, and waits until the server has dealt with them.
func (a *Adapter) say(ctx context.Context, address, text string) error {
	a.sending.Lock()
	defer a.sending.Unlock()

	a.mu.Lock()
	a.refused = nil
	a.mu.Unlock()

	var out strings.Builder
	for _, one := range linesOf(text) {
		fmt.Fprintf(&out, "PRIVMSG %s :%s\r\n", address, one)
	}

	token := fmt.Sprintf("m%d", a.count())

	fmt.Fprintf(&out, "PING :%s\r\n", token)

	if _, err := a.ask(ctx, out.String(), token); err != nil {
		return err
	}

	a.mu.Lock()
	defer a.mu.Unlock()

	if a.refused != nil {
		return a.refused
	}

	return nil
}

// ask sends what ends in a question that token names, and waits for its answer. Every error
// is a *SendError.
func (a *Adapter) ask(ctx context.Context, text, token string) (reply, error) {
	answer := make(chan reply, 1)

	a.mu.Lock()
	conn := a.conn
	a.waiting[token] = answer
	a.mu.Unlock()

	if conn == nil || ctx.Err() != nil {
		a.resolve(token, reply{})

		return reply{}, &adapters.SendError{Fate: adapters.Retry, Reason: "the network can't be reached", Cause: ctx.Err()}
	}

	limit := time.NewTimer(answerLimit)
	defer limit.Stop()

	_, err := fmt.Fprint(conn, text)
	if err == nil {
		select {
		case got, ok := <-answer:
			if ok {
				return got, nil
			}

			err = errors.New("the connection ended")
		case <-limit.C:
			err = errors.New("no answer")
		case <-ctx.Done():
			err = ctx.Err()
		}
	}

	a.resolve(token, reply{})

	return reply{}, &adapters.SendError{Fate: adapters.Unsure, Reason: "the server didn't answer", Cause: err}
}

// resolve hands an answer to who waits for it.
func (a *Adapter) resolve(token string, got reply) {
	a.mu.Lock()
	defer a.mu.Unlock()

	if waits, ok := a.waiting[token]; ok {
		waits <- got

		delete(a.waiting, token)
	}
}

// linesOf cuts a text into lines that fit. A control character would end one.
func linesOf(text string) []string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == '\u007f' {
			return ' '
		}

		return r
	}, strings.ToValidUTF8(text, "\ufffd"))

	var lines []string

	for one := range strings.SplitSeq(text, "\n") {
		for one = strings.TrimSpace(one); one != "" && len(lines) < maxLines; {
			end := len(one)
			if end > maxText {
				end = strings.LastIndexByte(one[:maxText], ' ')
				if end <= 0 { // one long word
					end = maxText
					for one[end]&0xC0 == 0x80 { // in the middle of a character
						end--
					}
				}
			}

			lines = append(lines, one[:end])
			one = strings.TrimSpace(one[end:])
		}
	}

	if len(lines) == 0 {
		lines = []string{"…"}
	}

	return lines
}

// Edit implements [adapters.Adapter]: a line that was said stays, so what is new is said.
func (a *Adapter) Edit(ctx context.Context, to adapters.Chat, _ string, m *adapters.Message) error {
	if m.Alert == nil || len(m.Alert.Also) == 0 {
		_, err := a.Send(ctx, to, m)
		return err
	}

	last := m.Alert.Also[len(m.Alert.Also)-1]

	return a.say(ctx, to.Address, m.Alert.Title+"\n"+m.In().Say("alert.also_short", "outlets", last.Outlet)+" "+last.URL)
}

// Find implements [adapters.Adapter]: nothing can be read back.
func (a *Adapter) Find(context.Context, adapters.Chat, *adapters.Message) (string, bool, error) {
	return "", false, adapters.ErrUnsupported
}

// Room implements [adapters.Adapter].
func (a *Adapter) Room(d *adapters.Digest) int { return min(len(d.Alerts), maxLines/3) }

// Lookup implements [adapters.Adapter].
func (a *Adapter) Lookup(ctx context.Context, name string, _ *adapters.Request) (adapters.ChatInfo, error) {
	if !isChannel(name) || strings.ContainsAny(name, " ,\x07") {
		return adapters.ChatInfo{}, fmt.Errorf("“%s” is no channel", name)
	}

	names, err := a.namesIn(ctx, name)
	if err == nil && !slices.ContainsFunc(names, func(n string) bool { return fold(strings.TrimLeft(n, "@+")) == fold(a.config.Nick) }) {
		return adapters.ChatInfo{}, fmt.Errorf("I'm not in %s: /invite %s %s", name, a.config.Nick, name)
	}

	return chatOf(name), err
}

// namesIn lists who is in a channel, operators with an @ before their names.
func (a *Adapter) namesIn(ctx context.Context, channel string) ([]string, error) {
	got, err := a.ask(ctx, "NAMES "+channel+"\r\n", "names "+fold(channel))

	return got.names, err
}

// Rights implements [adapters.Adapter]: operators of a channel manage it.
func (a *Adapter) Rights(ctx context.Context, chat adapters.Chat, user string) (adapters.Rights, error) {
	if !isChannel(chat.Address) {
		return adapters.Rights{Manage: fold(chat.Address) == fold(user)}, nil
	}

	names, err := a.namesIn(ctx, chat.Address)
	if err != nil {
		return adapters.Rights{}, err
	}

	rights := adapters.Rights{Absent: true, Outside: true}

	for _, name := range names {
		switch plain := fold(strings.TrimLeft(name, "@+")); plain {
		case fold(a.config.Nick):
			rights.Absent = false
		case fold(user):
			rights.Outside, rights.Manage = false, strings.HasPrefix(name, "@")
		}
	}

	return rights, nil
}
