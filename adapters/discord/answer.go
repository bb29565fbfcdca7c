package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/discord/gateway"
	"newsbell/adapters/discord/markdown"
	"newsbell/adapters/discord/rest"
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

// reply answers one interaction. Discord voids the interaction's token unless it is answered
// within 3 seconds; after that the token lasts 15 minutes. What takes longer is put off (deferred)
// by a first answer without a text: "… is thinking", or nothing to be seen after a press. The text
// is then written into that message, if there is one, or follows as another message.
type reply struct {
	adapter     *Adapter
	interaction *interaction
	request     *adapters.Request
	deferred    bool // a first answer without a text was sent
	hasMessage  bool // deferred: it is a message, into which the text is written
	hidden      bool // hasMessage: only the person who asked sees it
}

// answer has the conversation answer an interaction and sends the answer. Until that is there it shows
// parts of it, and defers it before Discord's time is over. live: the event came as it happened, not
// in the replay after a lost connection.
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

	to := &reply{adapter: d.a, interaction: it, request: r}

	var m *adapters.Message

	for ended := false; !ended; {
		select {
		case m = <-said:
			ended = true
		case part := <-parts:
			to.showPart(ctx, part)
		case <-late.C:
			if !to.deferred {
				to.deferAnswer(ctx)
			}
		}
	}

	if m == nil {
		to.endSilently(ctx)
		return
	}

	err := to.send(ctx, m)
	if err != nil {
		d.a.log.Warn("discord: an answer did not arrive", "error", err)
	}

	d.h.Answered(context.WithoutCancel(ctx), r, m, err)
}

// ask has the conversation answer in a goroutine that Run waits for. If it panics, the answer says that
// something went wrong.
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

// showPart shows a part of an answer in the message that the whole one will be written into, if there
// is one: after a press was deferred there is none.
func (to *reply) showPart(ctx context.Context, m *adapters.Message) {
	if !to.deferred {
		to.deferMessage(ctx, m)
	}

	if len(m.Text) == 0 || !to.hasMessage || to.hidden != to.isHidden(m) {
		return
	}

	if err := to.editOriginal(ctx, to.adapter.render(m)[0]); err != nil {
		to.adapter.log.Debug("discord: showing a part of an answer", "error", err)
	}
}

// isHidden reports whether only the person who asked is to see a message.
func (to *reply) isHidden(m *adapters.Message) bool {
	return to.request.Chat.Kind != adapters.Private && (m.Private || to.isPersonal())
}

// deferMessage answers with "… is thinking", visible to those who will see m.
func (to *reply) deferMessage(ctx context.Context, m *adapters.Message) {
	body := map[string]any{"type": replyDeferred}

	if to.hidden = to.isHidden(m); to.hidden {
		body["data"] = map[string]any{"flags": flagEphemeral}
	}

	if err := to.callback(ctx, body, nil); err != nil {
		to.adapter.log.Warn("discord: putting off an answer", "error", err)
		return
	}

	to.deferred, to.hasMessage = true, true
}

// deferAnswer gives the conversation the time for which the token lasts: a press is acknowledged
// without anything to be seen, anything else by "… is thinking".
func (to *reply) deferAnswer(ctx context.Context) {
	if to.request.Kind != adapters.PressRequest {
		to.deferMessage(ctx, &adapters.Message{})
		return
	}

	if err := to.callback(ctx, map[string]any{"type": replyDeferredPress}, nil); err != nil {
		to.adapter.log.Warn("discord: putting off an answer", "error", err)
		return
	}

	to.deferred = true
}

// isPersonal reports whether the answer is for the person alone, whatever it says.
func (to *reply) isPersonal() bool {
	if to.request.Chat.Kind == adapters.Private {
		return false
	}

	if to.interaction.Type == typeForm {
		return true
	}

	for _, c := range to.adapter.config.Commands {
		if c.Name == to.request.Command {
			return c.Personal
		}
	}

	return false
}

// endSilently ends an interaction that has no answer, so that nobody waits for one.
func (to *reply) endSilently(ctx context.Context) {
	press := to.request.Kind == adapters.PressRequest
	switch {
	case to.deferred && press && !to.hasMessage:
	case press && !to.hasMessage:
		_ = to.callback(ctx, map[string]any{"type": replyDeferredPress}, nil)
	default:
		if !to.deferred {
			body := map[string]any{"type": replyDeferred, "data": map[string]any{"flags": flagEphemeral}}
			if to.callback(ctx, body, nil) != nil {
				return
			}
		}

		_, _ = to.adapter.rest.Call(ctx, http.MethodDelete, to.originalPath(ctx), nil, nil)
	}
}

// send sends the answer, in parts if it is long. A form, a picture or a page that Discord does not take
// is followed by a plainer form of the answer; an answer for which the token has expired comes as an
// ordinary message.
func (to *reply) send(ctx context.Context, m *adapters.Message) error {
	private := to.isHidden(m)

	if m.Ask != "" && !to.hearsTyping() && to.openForm(ctx, m) {
		return nil
	}

	if m.ButtonsOnly && m.Replace && to.changeButtons(ctx, m) == nil {
		return nil
	}

	m = to.matchPage(m)

	parts := to.adapter.render(m)
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

	err := to.sendFirst(ctx, parts[0], m.Replace, private)
	for _, p := range parts[1:] {
		if err == nil {
			err = to.followUp(ctx, p)
		}
	}

	if m.File != nil && m.Instead != nil && len(parts) == 1 && takesNoFile(err) {
		return to.send(ctx, m.WithoutFile())
	}

	if err != nil && isExpired(err) {
		return to.sendOutside(ctx, m, private)
	}

	if m.Page && err != nil && classifyError(err).Fate == adapters.Refused { // it may be the picture
		plain := m.WithoutPage()
		plain.Replace = false

		return to.send(ctx, plain)
	}

	if err == nil {
		return nil
	}

	return classifyError(err)
}

// changeButtons puts other buttons below the message of a press, which stays as it is. A page
// consists of nothing but components, and a message that says that somebody thinks is another one.
func (to *reply) changeButtons(ctx context.Context, m *adapters.Message) error {
	if to.request.Kind != adapters.PressRequest || to.interaction.isOnPage() || to.hasMessage {
		return errOtherMessage
	}

	data := map[string]any{"components": renderComponents(m, "")}
	if !to.deferred {
		err := to.callback(ctx, map[string]any{"type": replyUpdate, "data": data}, nil)
		if rest.Code(err) != codeAcknowledged {
			return err
		}
	}

	_, err := to.adapter.rest.Call(ctx, http.MethodPatch, to.originalPath(ctx), data, nil)

	return err
}

var errOtherMessage = errors.New("the buttons are not those of this message")

// matchPage makes what replaces the message of a press a page if that one is (Discord never takes the
// flag back) and no page if it is not. What a page cannot show comes as a message of its own.
func (to *reply) matchPage(m *adapters.Message) *adapters.Message {
	again := *m
	onPage := to.interaction.isOnPage()

	switch {
	case !m.Replace:
	case m.ButtonsOnly: // they could not be changed
		again.Replace = false
	case to.request.Kind != adapters.PressRequest || onPage && (m.Alert != nil || m.Digest != nil || m.File != nil || m.Ask != ""):
		again.Replace = false
	case onPage:
		again.Page = true
	case m.Page:
		return m.WithoutPage()
	}

	return &again
}

// sendFirst sends the first part, as the answer to the interaction or, once that is deferred, into its
// message or after it.
func (to *reply) sendFirst(ctx context.Context, p *payload, replace, private bool) error {
	switch {
	case to.deferred && replace, to.hasMessage && private == to.hidden:
		return to.editOriginal(ctx, p)
	case to.deferred && !to.hasMessage && to.request.Kind == adapters.PressRequest:
		return to.followUp(ctx, p)
	case to.deferred && private && !to.hidden:
		// "… is thinking" is for everybody to see, the answer is not.
		if _, err := to.adapter.rest.Call(ctx, http.MethodDelete, to.originalPath(ctx), nil, nil); err != nil && rest.Code(err) != codeUnknownMessage {
			return err
		}

		return to.followUp(ctx, p)
	case to.deferred:
		return to.editOriginal(ctx, p)
	}

	kind := replyMessage
	if replace {
		kind = replyUpdate
	}

	err := to.callback(ctx, map[string]any{"type": kind, "data": p}, p)
	if rest.Code(err) == codeAcknowledged {
		// An earlier try arrived, or another process was faster: what is shown
		// becomes this answer.
		return to.editOriginal(ctx, p)
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

// sendOutside sends an answer whose interaction has expired as an ordinary message: to the person
// directly if it is private, else to the chat.
func (to *reply) sendOutside(ctx context.Context, m *adapters.Message, private bool) error {
	chat := to.request.Chat.Chat
	if private {
		chat.Address = "@" + to.request.User.ID
	}

	if err := to.adapter.takeTurn(ctx); err != nil {
		return classifyError(err)
	}

	again := *m
	again.Replace, again.Nonce = false, emptyIfOver("i"+to.interaction.ID, maxNonce-2)
	_, err := to.adapter.Send(ctx, chat, &again)

	return err
}

// callbackLimit is a little less than the three seconds in which Discord takes a
// first answer.
const callbackLimit = 2800 * time.Millisecond

// callback makes the first answer to the interaction. There are three seconds for it, so it is tried
// up to three times in quick succession; Discord refuses a second answer (code 40060) if the first one
// did arrive. After a 429 it waits as long as that says, if there is time.
func (to *reply) callback(ctx context.Context, body map[string]any, p *payload) error {
	path := "/interactions/" + to.interaction.ID + "/" + to.interaction.Token + "/callback"

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

		tryCtx, cancel := context.WithTimeout(ctx, to.adapter.limits.callback)
		_, err = to.adapter.rest.Send(tryCtx, http.MethodPost, path, kind, raw, nil)

		cancel()

		f := classifyError(err)
		if err == nil || ctx.Err() != nil {
			break
		}

		switch {
		case f.Fate == adapters.Retry, f.Fate == adapters.Unsure:
		case f.Fate == adapters.Later && time.Since(to.interaction.came)+f.After < callbackLimit:
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

// originalPath returns the path of the first answer.
func (to *reply) originalPath(ctx context.Context) string {
	return to.webhookPath(ctx) + "/messages/@original"
}

func (to *reply) webhookPath(ctx context.Context) string {
	id := to.interaction.ApplicationID
	if id == "" {
		id = to.adapter.application(ctx)
	}

	return "/webhooks/" + id + "/" + to.interaction.Token
}

func (to *reply) editOriginal(ctx context.Context, p *payload) error {
	q := p.forEdit()
	return to.callWebhook(ctx, http.MethodPatch, to.originalPath(ctx), q)
}

func (to *reply) followUp(ctx context.Context, p *payload) error {
	return to.callWebhook(ctx, http.MethodPost, to.webhookPath(ctx), p)
}

// callWebhook calls the interaction's webhook, up to three times while the error may pass. A new
// message that may have arrived is not sent again.
func (to *reply) callWebhook(ctx context.Context, method, path string, p *payload) error {
	kind, raw, err := encodeBody(p, p.file)
	if err != nil {
		return err
	}

	for try := range 3 {
		_, err = to.adapter.rest.Send(ctx, method, path, kind, raw, nil)
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
		name := markdown.Label(c.Label, maxChoice)
		if name == "" || c.Value == "" || markdown.Len(c.Value) > maxChoice || len(choices) == maxChoices {
			continue
		}

		choices = append(choices, choice{name, c.Value})
	}

	to := &reply{adapter: d.a, interaction: it, request: r}
	if err := to.callback(ctx, map[string]any{"type": replyChoices, "data": map[string]any{"choices": choices}}, nil); err != nil {
		d.a.log.Debug("discord: offering completions", "error", err)
	}
}
