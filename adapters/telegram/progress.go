package telegram

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/adapters/gate"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const (
	// progressAfter is when a person is shown that something is going on.
	progressAfter = time.Second
	// The typing sign lasts 5 s in the apps.
	typingEvery = 5 * time.Second
	typingLimit = time.Minute
	// maxPopup is in code points, of the Bot API's page.
	maxPopup = 200
)

// showProgress shows the person that something is going on when it takes a while:
// the press is acknowledged, which stops its spinner, and the typing sign comes.
// Nothing waits for it.
func (a *Adapter) showProgress(ctx context.Context, in *incoming, p *press, answered <-chan struct{}) {
	t := time.NewTimer(progressAfter)
	defer t.Stop()

	select {
	case <-answered:
		return
	case <-ctx.Done():
		return
	case <-t.C:
	}

	if in.request == nil {
		return
	}

	if p.id != "" {
		_ = a.acknowledge(ctx, p, "")
	}

	addr, err := parseAddress(in.request.Chat.Address)
	if err != nil {
		return
	}

	for shown := time.Duration(0); shown < typingLimit; shown += typingEvery {
		select {
		case <-answered:
			return
		case <-ctx.Done():
			return
		default:
		}

		p := addr.params()
		p.AddNonEmpty("message_thread_id", in.topic)
		p["action"] = "typing"
		_ = a.callOptional(ctx, "sendChatAction", p, nil)

		t.Reset(typingEvery)

		select {
		case <-answered:
			return
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// stream shows an answer while it is being written: in a private chat as a draft, which ends
// with the answer, in a group as a message that the answer replaces.
type stream struct {
	a    *Adapter
	in   *incoming
	next chan *adapters.Message // the newest part that is not shown yet

	begin sync.Once
	stop  context.CancelFunc
	ended chan struct{} // nil: nothing was shown
	ref   string        // of a group's message, "" before there is one
}

const (
	draftMethod = "sendMessageDraft"
	// draftEvery is how often a draft is shown again. The apps keep one for 30 s: Bot API,
	// "sendMessageDraft".
	draftEvery = 20 * time.Second
)

// newStream has a request show what there is of its answer. What it starts runs in wg.
func (a *Adapter) newStream(ctx context.Context, in *incoming, wg *sync.WaitGroup) *stream {
	s := &stream{a: a, in: in, next: make(chan *adapters.Message, 1)}
	if in.request == nil {
		return s
	}

	in.request.Show = func(_ context.Context, m *adapters.Message) {
		s.begin.Do(func() {
			ctx, s.stop = context.WithCancel(ctx)
			s.ended = make(chan struct{})

			wg.Go(func() { s.run(ctx) })
		})

		select {
		case <-s.next: // there is more now
		default:
		}

		s.next <- m
	}

	return s
}

// run shows the parts of an answer until ctx ends.
func (s *stream) run(ctx context.Context) {
	defer close(s.ended)

	again := time.NewTicker(draftEvery)
	defer again.Stop()

	part := &adapters.Message{}

	for {
		select {
		case <-ctx.Done():
			return
		case part = <-s.next:
			s.show(ctx, part)
		case <-again.C:
			if s.in.request.Chat.Kind == adapters.Private {
				s.show(ctx, part)
			}
		}
	}
}

// show shows a part of an answer, if the bot's pace allows it now. A draft without a text
// counts as little as the typing sign.
func (s *stream) show(ctx context.Context, m *adapters.Message) {
	chat := s.in.request.Chat

	addr, err := parseAddress(chat.Address)
	if err != nil || len(m.Text) == 0 && chat.Kind != adapters.Private {
		return
	}

	if pace := s.a.cfg.Gate; pace != nil && len(m.Text) > 0 && gate.TakePart(ctx, pace, gate.Key(chat.Chat), addr.Chat < 0) != nil {
		return
	}

	if chat.Kind != adapters.Private {
		if !s.a.whispers.work() || s.a.whisperTo(s.in, m) == nil { // one person's answer is not written before everybody
			s.post(ctx, m)
		}

		return
	}

	p := addr.params()
	p.AddNonEmpty("message_thread_id", s.in.topic)
	p["draft_id"], p["text"] = strconv.FormatInt(s.in.update, 10), ""

	if parts := (render.Renderer{NoNewTags: true}).Message(m, time.Now()); len(parts) > 0 {
		p["text"], p["parse_mode"] = parts[0].HTML, "HTML"
	}

	_ = s.a.callOptional(ctx, draftMethod, p, nil) // the next one, or the whole, shows it
}

// post shows a part in a group. It is not cut short, so that it is known which message there is.
func (s *stream) post(ctx context.Context, m *adapters.Message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), optionalTimeout)
	defer cancel()

	to := s.in.request.Chat.Chat

	switch {
	case s.ref != "":
		_ = s.a.edit(ctx, to, s.ref, m) // the next one, or the whole, shows it
	case s.a.capabilities.offers(editMethod):
		s.ref, _ = s.a.send(ctx, to, m, &sentParts{replyTo: s.in.message})
	}
}

// end ends what is shown, and returns the message that the answer takes the place of, "" none.
func (s *stream) end() (ref string) {
	if s.ended == nil {
		return ""
	}

	s.stop()
	<-s.ended

	return s.ref
}

// press is a pressed button, which spins until it is acknowledged. The server
// takes one acknowledgement.
type press struct {
	id   string
	done atomic.Bool
}

// acknowledge ends a press, with a text that only the presser sees, if any.
func (a *Adapter) acknowledge(ctx context.Context, p *press, text string) error {
	if p.id == "" || p.done.Swap(true) {
		return errUnavailable
	}

	form := botapi.Params{"callback_query_id": p.id}
	if text != "" {
		form["text"], form["show_alert"] = text, "true"
	}

	return a.callOptional(ctx, "answerCallbackQuery", form, nil)
}

// withoutLinks returns a text whose links are their words alone: in a popup nothing can be pressed.
func withoutLinks(t adapters.Text) adapters.Text {
	var plain adapters.Text

	for _, line := range t {
		line = slices.Clone(line)
		for i := range line {
			if strings.TrimSpace(line[i].Text) == "" {
				line[i].Text = line[i].URL
			}

			line[i].URL = ""
		}

		plain = append(plain, line)
	}

	return plain
}

// showPopup shows a short private answer to a press in a shared chat to the presser
// alone, and reports whether it did.
func (a *Adapter) showPopup(ctx context.Context, r *adapters.Request, p *press, m *adapters.Message) bool {
	if p.id == "" || !m.Private || m.Replace || r.Chat.Kind == adapters.Private || len(m.Buttons) > 0 || m.Ask != "" || m.File != nil {
		return false
	}

	parts := render.Renderer{NoNewTags: true}.Message(&adapters.Message{Text: withoutLinks(m.Text), Words: m.Words}, time.Now())
	if len(parts) != 1 || utf8.RuneCountInString(parts[0].Plain) > maxPopup {
		return false
	}

	return a.acknowledge(ctx, p, parts[0].Plain) == nil
}
