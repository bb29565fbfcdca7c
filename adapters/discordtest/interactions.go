package discordtest

import (
	"maps"
	"time"
)

// interaction is something a person did and what came of it.
type interaction struct {
	id, token string
	kind      int
	channel   *Channel
	person    *Person
	body      map[string]any // as dispatched
	at        time.Time
	origin    *message // the message whose button was pressed

	acked     int // the type of the first answer, 0 none
	ackedAt   time.Time
	original  *message
	followups []*message
	choices   []Choice
	form      map[string]any // that was opened
	answers   int            // first answers that were tried after the first
}

// Choice is an offered completion.
type Choice struct{ Name, Value string }

// Types of interactions. Source: "Receiving and Responding" in Discord's documentation.
const (
	kindCommand  = 2
	kindPress    = 3
	kindComplete = 4
	kindForm     = 5
)

// Types of first answers. Source: the same page.
const (
	answerNow   = 4 // a message
	answerLater = 5 // "is thinking"; a message follows
	editLater   = 6 // nothing for now; the message of the button may change
	editNow     = 7 // the message of the button changes
	complete    = 8
	openForm    = 9
)

// begin makes an interaction and what is dispatched of it. The caller holds mu.
func (f *Fake) begin(p *Person, ch *Channel, kind int, data map[string]any, origin *message) (*interaction, map[string]any) {
	it := &interaction{id: f.id(), token: "aW50ZXJhY3Rpb24-" + f.id(), kind: kind, channel: ch, person: p, at: time.Now(), origin: origin}

	owners := map[string]any{}
	if ch.server != nil && !ch.server.out {
		owners["0"] = ch.server.ID
	}

	if p.installed {
		owners["1"] = p.ID
	}

	body := map[string]any{
		"id": it.id, "application_id": f.app, "type": kind, "token": it.token, "version": 1,
		"channel_id": ch.ID, "channel": ch.json(), "data": data, "entitlements": []any{},
		"authorizing_integration_owners": owners,
	}
	if !f.o.Bare {
		body["locale"], body["attachment_size_limit"] = p.Locale, 10485760
		body["app_permissions"] = bitString(ch.botRights())
	}

	if ch.kind == kindDirect {
		body["user"] = p.json()
	} else {
		m := ch.server.members[p.ID].json()
		m["permissions"] = bitString(ch.rights(p.ID))

		body["member"], body["guild_id"] = m, ch.server.ID
		if !f.o.Bare {
			body["guild_locale"] = "en-US"
			body["guild"] = map[string]any{"id": ch.server.ID, "locale": "en-US", "features": []any{}}
		}
	}

	if !f.o.Bare {
		body["context"] = ch.context()
	}

	if origin != nil {
		body["message"] = origin.json()
	}

	it.body = body
	f.pending[it.id], f.tokens[it.token] = it, it

	return it, body
}

// live returns the interaction of a token, if it can still be answered.
func (c *call) live() (*interaction, *refusal) {
	it := c.f.tokens[c.path("token")]
	switch {
	case it == nil:
		return nil, errWebhookToken
	case c.path("application") != c.f.app:
		return nil, errWebhook
	case it.acked == 0:
		return nil, errWebhook
	case time.Since(it.at) > c.f.o.TokenFor:
		return nil, errWebhookToken
	}

	return it, nil
}

// callback takes the first answer to an interaction.
func (f *Fake) callback(c *call) (int, any, *refusal) {
	it := f.pending[c.path("interaction")]
	if it == nil || it.token != c.path("token") {
		return 0, nil, errInteraction
	}

	if it.acked != 0 {
		it.answers++
		return 0, nil, errAcknowledged
	}

	if time.Since(it.at) > f.o.AnswerWithin {
		return 0, nil, errInteraction
	}

	kind, _ := c.body["type"].(float64)

	data, _ := c.body["data"].(map[string]any)
	if data == nil {
		data = map[string]any{}
	}

	if err := it.fits(int(kind)); err != nil {
		return 0, nil, err
	}

	if err := it.take(int(kind), data, c); err != nil {
		return 0, nil, err
	}

	it.acked, it.ackedAt = int(kind), time.Now()

	return 204, nil, nil
}

// take does what an answer of a type says.
func (it *interaction) take(kind int, data map[string]any, c *call) *refusal {
	f := c.f

	switch kind {
	case answerNow:
		if err := refuseEmpty(data, c.file); err != nil {
			return err
		}

		it.original = f.say(it, data)
		it.original.files = c.file
	case answerLater:
		it.original = f.say(it, map[string]any{"flags": data["flags"], "allowed_mentions": map[string]any{}})
		it.original.thinks = true
	case editLater:
		it.original = it.origin
	case editNow:
		it.original = it.origin
		if err := it.origin.change(data, c.file); err != nil {
			return err
		}

		f.checkMentions(it.origin)
	case complete:
		for _, one := range listField(data, "choices") {
			o, _ := one.(map[string]any)
			value, _ := o["value"].(string)
			it.choices = append(it.choices, Choice{textField(o, "name"), value})
		}

		if _, ok := data["choices"].([]any); !ok {
			return invalidForm(map[string]any{"data": map[string]any{"choices": newProblem("BASE_TYPE_REQUIRED", "This field is required")}})
		}
	case openForm:
		it.person.form, it.form = it, data
	}

	return nil
}

// fits refuses an answer of a type that this interaction cannot have.
func (it *interaction) fits(kind int) *refusal {
	ok := false

	switch kind {
	case answerNow, answerLater:
		ok = it.kind == kindCommand || it.kind == kindPress || it.kind == kindForm
	case editLater, editNow:
		ok = it.kind == kindPress || it.kind == kindForm && it.origin != nil
	case openForm:
		ok = it.kind == kindCommand || it.kind == kindPress
	case complete:
		ok = it.kind == kindComplete
	}

	if !ok {
		return invalidForm(map[string]any{"type": newProblem("INTERACTION_RESPONSE_TYPE_INVALID", "Not a valid response type for this interaction.")})
	}

	return nil
}

// say puts an answer into the channel, for one or for all.
func (f *Fake) say(it *interaction, body map[string]any) *message {
	m := f.put(it.channel, f.bot, maps.Clone(body))

	m.by = it
	if flagsOf(body)&flagEphemeral != 0 {
		m.hidden = it.person
	}

	return m
}

func (f *Fake) followup(c *call) (int, any, *refusal) {
	if h := f.webhooks[c.path("application")]; h != nil {
		return f.executeWebhook(c, h)
	}

	it, err := c.live()
	if err != nil {
		return 0, nil, err
	}

	if err := refuseEmpty(c.body, c.file); err != nil {
		return 0, nil, err
	}
	// The first one after "is thinking" takes its place.
	if it.original != nil && it.original.thinks && !it.original.gone {
		if err := it.original.change(c.body, c.file); err != nil {
			return 0, nil, err
		}

		return 200, it.original.json(), nil
	}

	m := f.say(it, c.body)
	m.files = c.file
	it.followups = append(it.followups, m)

	return 200, m.json(), nil
}

// answer returns the message that an interaction was answered with and that a call is about.
func (c *call) answer() (*message, *refusal) {
	it, err := c.live()
	if err != nil {
		return nil, err
	}

	m := it.original
	if id := c.path("message"); id != "@original" {
		m = nil

		for _, one := range it.followups {
			if one.id == id {
				m = one
			}
		}
	}

	if m == nil || m.gone {
		return nil, errMessage
	}

	return m, nil
}

func (f *Fake) webhookGet(c *call, m *message) (int, any, *refusal) {
	return 200, m.json(), nil
}

func (f *Fake) webhookEdit(c *call) (int, any, *refusal) {
	if h := f.webhooks[c.path("application")]; h != nil {
		return f.editByWebhook(c, h)
	}

	m, err := c.answer()
	if err != nil {
		return 0, nil, err
	}

	if err := m.change(c.body, c.file); err != nil {
		return 0, nil, err
	}

	f.checkMentions(m)

	return 200, m.json(), nil
}

func (f *Fake) webhookDelete(c *call, m *message) (int, any, *refusal) {
	m.gone = true

	return 204, nil, nil
}
