package discord

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discord/rest"
	"newsbell/adapters/gate"
)

// Types of answers to an interaction. Source: "Interaction Callback Type".
const (
	replyMessage       = 4
	replyDeferred      = 5 // "… is thinking"
	replyDeferredPress = 6 // nothing to be seen
	replyUpdate        = 7 // the message that the button sits on
	replyChoices       = 8
	replyForm          = 9
)

// reply is the state of one interaction's answer. Discord voids the token unless
// the first answer comes within 3 seconds; then it lasts 15 minutes.
type reply struct {
	a        *Adapter
	it       *interaction
	r        *adapters.Request
	deferred bool // a first answer went out without its text
	hidden   bool // and only the person who asked sees it
	holds    bool // and it is a message, which the answer is written into
}

// answer asks the conversation and brings its answer back.
func (d *dispatcher) answer(ctx context.Context, it *interaction, r *adapters.Request, live bool) {
	ctx, cancel := context.WithTimeout(ctx, d.a.limits.token)
	defer cancel()

	limit := d.a.limits.answer
	if !live {
		limit = d.a.limits.replayed
	}

	parts := showParts(r)
	said := d.ask(ctx, r)

	late := time.NewTimer(limit)
	defer late.Stop()

	to := &reply{a: d.a, it: it, r: r}

	var m *adapters.Message

	for ended := false; !ended; {
		select {
		case m = <-said:
			ended = true
		case part := <-parts:
			to.show(ctx, part)
		case <-late.C:
			if !to.deferred {
				to.postpone(ctx)
			}
		}
	}

	if m == nil {
		to.silent(ctx)
		return
	}

	err := to.say(ctx, m)
	if err != nil {
		d.a.log.Warn("discord: an answer did not arrive", "error", err)
	}

	d.h.Answered(context.WithoutCancel(ctx), r, m, err)
}

// ask runs the conversation beside us; when it panics the person hears it.
func (d *dispatcher) ask(ctx context.Context, r *adapters.Request) <-chan *adapters.Message {
	said := make(chan *adapters.Message, 1)

	d.tasks.Go(func() {
		m := &adapters.Message{Text: adapters.Say(d.a.words(r.User.Language).Say("alert.trouble")), Private: true}
		defer func() { said <- m }()

		d.safely("an answer", func() { m = d.h.Answer(ctx, r) })
	})

	return said
}

// showParts has a request hand over what there is of its answer, one part at a time.
func showParts(r *adapters.Request) <-chan *adapters.Message {
	parts := make(chan *adapters.Message)

	r.Show = func(ctx context.Context, m *adapters.Message) {
		select {
		case parts <- m:
		case <-ctx.Done():
		}
	}

	return parts
}

// show shows what there is of an answer, in the message that the whole one will be written
// into. Once a press was acknowledged without one there is none.
func (to *reply) show(ctx context.Context, m *adapters.Message) {
	if !to.deferred {
		to.hold(ctx, m)
	}

	if len(m.Text) == 0 || !to.holds || to.hidden != to.isHidden(m) {
		return
	}

	if err := to.edit(ctx, to.a.render(m)[0]); err != nil {
		to.a.log.Debug("discord: showing a part of an answer", "error", err)
	}
}

// isHidden reports whether only the person who asked is to see a message.
func (to *reply) isHidden(m *adapters.Message) bool {
	return to.r.Chat.Kind != adapters.Private && (m.Private || to.personal())
}

// hold answers with "… is thinking", for whom the answer will be.
func (to *reply) hold(ctx context.Context, m *adapters.Message) {
	body := map[string]any{"type": replyDeferred}

	if to.hidden = to.isHidden(m); to.hidden {
		body["data"] = map[string]any{"flags": flagEphemeral}
	}

	if err := to.callback(ctx, body, nil); err != nil {
		to.a.log.Warn("discord: putting off an answer", "error", err)
		return
	}

	to.deferred, to.holds = true, true
}

// postpone takes the time pressure away.
func (to *reply) postpone(ctx context.Context) {
	if to.r.Kind != adapters.PressRequest {
		to.hold(ctx, &adapters.Message{})
		return
	}

	if err := to.callback(ctx, map[string]any{"type": replyDeferredPress}, nil); err != nil {
		to.a.log.Warn("discord: putting off an answer", "error", err)
		return
	}

	to.deferred = true
}

// personal reports whether the command's answers are for the person alone.
func (to *reply) personal() bool {
	if to.r.Chat.Kind == adapters.Private {
		return false
	}

	if to.it.Type == typeForm {
		return true
	}

	for _, c := range to.a.config.Commands {
		if c.Name == to.r.Command {
			return c.Personal
		}
	}

	return false
}

// silent ends an interaction that has no answer, so that nobody waits for one.
func (to *reply) silent(ctx context.Context) {
	press := to.r.Kind == adapters.PressRequest
	switch {
	case to.deferred && press && !to.holds:
	case press && !to.holds:
		_ = to.callback(ctx, map[string]any{"type": replyDeferredPress}, nil)
	default:
		if !to.deferred {
			body := map[string]any{"type": replyDeferred, "data": map[string]any{"flags": flagEphemeral}}
			if to.callback(ctx, body, nil) != nil {
				return
			}
		}

		_, _ = to.a.rest.Call(ctx, http.MethodDelete, to.original(ctx), nil, nil)
	}
}

// say sends the answer, in parts if it is long.
func (to *reply) say(ctx context.Context, m *adapters.Message) error {
	private := to.isHidden(m)

	if m.Ask != "" && !to.hearsTyping() && to.openForm(ctx, m) {
		return nil
	}

	if m.ButtonsOnly && m.Replace && to.changeButtons(ctx, m) == nil {
		return nil
	}

	m = to.shape(m)

	parts := to.a.render(m)
	if m.Ask != "" && !to.hearsTyping() {
		parts[len(parts)-1].addFormButton(m)
	}

	for _, p := range parts {
		p.Nonce, p.EnforceNonce = "", false // interactions know none

		p.Flags &^= flagSilent
		if private {
			p.Flags |= flagEphemeral
		}
	}

	err := to.first(ctx, parts[0], m.Replace, private)
	for _, p := range parts[1:] {
		if err == nil {
			err = to.follow(ctx, p)
		}
	}

	if m.File != nil && m.Instead != nil && len(parts) == 1 && takesNoFile(err) {
		return to.say(ctx, m.WithoutFile())
	}

	if err != nil && isExpired(err) {
		return to.detour(ctx, m, private)
	}

	if m.Page && err != nil && classifyError(err).Fate == adapters.Refused { // it may be the picture
		plain := m.WithoutPage()
		plain.Replace = false

		return to.say(ctx, plain)
	}

	if err == nil {
		return nil
	}

	return classifyError(err)
}

// changeButtons puts other buttons below the message of a press, which stays as it is. A page
// consists of nothing but components, and a message that says that somebody thinks is another one.
func (to *reply) changeButtons(ctx context.Context, m *adapters.Message) error {
	if to.r.Kind != adapters.PressRequest || to.it.isOnPage() || to.holds {
		return errOtherMessage
	}

	data := map[string]any{"components": renderComponents(m, "")}
	if !to.deferred {
		err := to.callback(ctx, map[string]any{"type": replyUpdate, "data": data}, nil)
		if rest.Code(err) != codeAcknowledged {
			return err
		}
	}

	_, err := to.a.rest.Call(ctx, http.MethodPatch, to.original(ctx), data, nil)

	return err
}

var errOtherMessage = errors.New("the buttons are not those of this message")

// shape gives what replaces the message of a press the shape of that one: a page stays a page
// for good, and nothing else becomes one. What cannot be shown in it replaces nothing.
func (to *reply) shape(m *adapters.Message) *adapters.Message {
	again := *m
	onPage := to.it.isOnPage()

	switch {
	case !m.Replace:
	case m.ButtonsOnly: // they could not be changed
		again.Replace = false
	case to.r.Kind != adapters.PressRequest || onPage && (m.Alert != nil || m.Digest != nil || m.File != nil || m.Ask != ""):
		again.Replace = false
	case onPage:
		again.Page = true
	case m.Page:
		return m.WithoutPage()
	}

	return &again
}

// first sends the part that the interaction itself is answered with.
func (to *reply) first(ctx context.Context, p *payload, replace, private bool) error {
	switch {
	case to.deferred && replace, to.holds && private == to.hidden:
		return to.edit(ctx, p)
	case to.deferred && !to.holds && to.r.Kind == adapters.PressRequest:
		return to.follow(ctx, p)
	case to.deferred && private && !to.hidden:
		// Everybody sees that an answer is being prepared; the answer is not for
		// everybody.
		if _, err := to.a.rest.Call(ctx, http.MethodDelete, to.original(ctx), nil, nil); err != nil && rest.Code(err) != codeUnknownMessage {
			return err
		}

		return to.follow(ctx, p)
	case to.deferred:
		return to.edit(ctx, p)
	}

	kind := replyMessage
	if replace {
		kind = replyUpdate
	}

	err := to.callback(ctx, map[string]any{"type": kind, "data": p}, p)
	if rest.Code(err) == codeAcknowledged {
		// An earlier try arrived, or another process was faster: what is shown
		// becomes this answer.
		return to.edit(ctx, p)
	}

	return err
}

// isExpired reports whether the interaction cannot be answered any more.
func isExpired(err error) bool {
	switch rest.Code(err) {
	case codeUnknownPress, codeUnknownWebhook, codeWebhookToken:
		return true
	}

	return false
}

// detour brings an answer that came too late for its interaction: to the person
// directly if it is private, else to the chat.
func (to *reply) detour(ctx context.Context, m *adapters.Message, private bool) error {
	chat := to.r.Chat.Chat
	if private {
		chat.Address = "@" + to.r.User.ID
	}

	if err := to.a.takeTurn(ctx); err != nil {
		return classifyError(err)
	}

	again := *m
	again.Replace, again.Nonce = false, emptyIfOver("i"+to.it.ID, maxNonce-2)
	_, err := to.a.Send(ctx, chat, &again)

	return err
}

// callbackLimit is a little less than the three seconds in which Discord takes a
// first answer.
const callbackLimit = 2800 * time.Millisecond

// callback answers the interaction. The time is short, so trouble on the way is
// met at once: a second and a third try, which code 40060 answers if the first
// one arrived after all. A refusal that names a pause is waited for while there is
// time.
func (to *reply) callback(ctx context.Context, body map[string]any, p *payload) error {
	path := "/interactions/" + to.it.ID + "/" + to.it.Token + "/callback"

	var (
		err  error
		wait = 150 * time.Millisecond
	)

	for try := range 3 {
		if try > 0 {
			gateway.Sleep(ctx, wait)
		}

		var (
			kind string
			raw  []byte
		)
		if kind, raw, err = encodeBody(body, fileOf(p)); err != nil {
			return err
		}

		tryCtx, cancel := context.WithTimeout(ctx, to.a.limits.callback)
		_, err = to.a.rest.Send(tryCtx, http.MethodPost, path, kind, raw, nil)

		cancel()

		f := classifyError(err)
		if err == nil || ctx.Err() != nil {
			break
		}

		switch {
		case f.Fate == adapters.Retry, f.Fate == adapters.Unsure:
		case f.Fate == adapters.Later && time.Since(to.it.came)+f.After < callbackLimit:
			wait = f.After
		default:
			return err
		}
	}

	return err
}

func fileOf(p *payload) *adapters.File {
	if p == nil {
		return nil
	}

	return p.file
}

// original is the path of the interaction's own answer.
func (to *reply) original(ctx context.Context) string {
	return to.webhook(ctx) + "/messages/@original"
}

func (to *reply) webhook(ctx context.Context) string {
	id := to.it.ApplicationID
	if id == "" {
		id = to.a.application(ctx)
	}

	return "/webhooks/" + id + "/" + to.it.Token
}

func (to *reply) edit(ctx context.Context, p *payload) error {
	q := p.editor()
	return to.web(ctx, http.MethodPatch, to.original(ctx), q)
}

func (to *reply) follow(ctx context.Context, p *payload) error {
	return to.web(ctx, http.MethodPost, to.webhook(ctx), p)
}

// web calls the interaction's webhook, again after trouble that passes.
func (to *reply) web(ctx context.Context, method, path string, p *payload) error {
	kind, raw, err := encodeBody(p, p.file)
	if err != nil {
		return err
	}

	for try := range 3 {
		_, err = to.a.rest.Send(ctx, method, path, kind, raw, nil)
		if err == nil {
			return nil
		}

		f := classifyError(err)

		again := f.Fate == adapters.Retry || f.Fate == adapters.Later || (f.Fate == adapters.Unsure && method == http.MethodPatch)
		if !again || f.After > 30*time.Second || try == 2 {
			break
		}

		gateway.Sleep(ctx, max(f.After, time.Duration(try+1)*500*time.Millisecond))
	}

	return err
}

// complete offers values for the option being typed. An empty list is sent as
// such: discordgo would leave it out.
func (d *dispatcher) complete(ctx context.Context, it *interaction, r *adapters.Request) {
	ctx, cancel := context.WithTimeout(ctx, d.a.limits.complete)
	defer cancel()

	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}

	choices := []choice{}

	for _, c := range d.h.Complete(ctx, r) {
		name := truncateUnits(oneLine(stripControls(c.Label)), maxChoice)
		if name == "" || c.Value == "" || utf16Len(c.Value) > maxChoice || len(choices) == maxChoices {
			continue
		}

		choices = append(choices, choice{name, c.Value})
	}

	to := &reply{a: d.a, it: it, r: r}
	if err := to.callback(ctx, map[string]any{"type": replyChoices, "data": map[string]any{"choices": choices}}, nil); err != nil {
		d.a.log.Debug("discord: offering completions", "error", err)
	}
}

// reply answers what a person wrote, in a server as a reply to it.
func (d *dispatcher) reply(ctx context.Context, t *typed, r *adapters.Request) {
	ctx, cancel := context.WithTimeout(ctx, d.a.limits.token)
	defer cancel()

	parts := showParts(r)
	said := d.ask(ctx, r)

	late := time.NewTimer(d.a.limits.answer)
	defer late.Stop()

	shown := &partial{a: d.a, chat: r.Chat.Chat, nonce: emptyIfOver("p"+t.ID, maxNonce-2)}
	if t.GuildID != "" {
		shown.replyTo = messageRef(t.ChannelID, t.ID)
	}

	typing, stop := context.WithCancel(ctx)
	defer stop()

	var m *adapters.Message

	for ended := false; !ended; {
		select {
		case m = <-said:
			ended = true
		case part := <-parts:
			if len(part.Text) == 0 {
				late.Reset(0)
				continue
			}

			shown.show(ctx, part)
		case <-late.C:
			if shown.ref == "" {
				d.showTyping(typing, t.ChannelID)
			}
		}
	}

	stop()

	if m == nil {
		return
	}

	again := *m
	again.Nonce, again.ReplyTo = emptyIfOver("m"+t.ID, maxNonce-2), shown.replyTo

	err := shown.finish(ctx, &again)
	if err != nil {
		d.a.log.Warn("discord: an answer did not arrive", "error", err)
	}

	d.h.Answered(context.WithoutCancel(ctx), r, m, err)
}

// showTyping shows that an answer is being written, if there is a moment for it.
func (d *dispatcher) showTyping(ctx context.Context, channel string) {
	d.spawn("showing that it types", func() {
		typing, stop := context.WithTimeout(ctx, time.Second)
		defer stop()

		_, _ = d.a.ask(typing, http.MethodPost, "/channels/"+channel+"/typing", json.RawMessage("{}"), nil)
	})
}

// partial is an answer that is shown while it is being written.
type partial struct {
	a     *Adapter
	chat  adapters.Chat
	nonce string
	ref   string // of the message, "" before there is one

	replyTo string // what it replies to, "" nothing
}

// show shows what there is of the answer, if the bot's pace allows it now.
func (s *partial) show(ctx context.Context, m *adapters.Message) {
	if pace := s.a.config.Pace; pace != nil && gate.TakePart(ctx, pace, 0, false) != nil {
		return
	}

	if s.ref != "" {
		_ = s.a.Edit(ctx, s.chat, s.ref, m) // the next one, or the whole, shows it
		return
	}

	first := *m
	first.Nonce, first.ReplyTo = s.nonce, s.replyTo
	s.ref, _ = s.a.Send(ctx, s.chat, &first)
}

// finish shows the whole answer, as a message of its own if it cannot take the place of its part.
func (s *partial) finish(ctx context.Context, m *adapters.Message) error {
	if s.ref != "" && len(s.a.render(m)) == 1 && m.File == nil && s.a.Edit(ctx, s.chat, s.ref, m) == nil {
		return nil
	}

	return s.a.sendReply(ctx, s.chat, m)
}

// sendReply sends an answer to what somebody wrote, again after trouble that
// passes soon: the nonce makes that safe. What takes longer is left to the
// handler, which has an outbox.
func (a *Adapter) sendReply(ctx context.Context, to adapters.Chat, m *adapters.Message) error {
	_, err := a.Send(ctx, to, m)
	if m.Page && err != nil && adapters.FateOf(err).Fate == adapters.Refused {
		return a.sendReply(ctx, to, m.WithoutPage()) // it may be the picture
	}

	for try := 1; err != nil && try < 3; try++ {
		f := adapters.FateOf(err)
		if f.Fate != adapters.Retry && f.Fate != adapters.Unsure {
			return err
		}

		gateway.Sleep(ctx, time.Duration(try)*500*time.Millisecond)

		if turn := a.takeTurn(ctx); turn != nil {
			return err
		}

		_, err = a.Send(ctx, to, m)
	}

	return err
}
