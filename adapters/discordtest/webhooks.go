package discordtest

import (
	"fmt"
	"strings"
)

// webhook lets who has its token post in a channel under any name. Of another application's it
// has no token to show.
type webhook struct {
	id, token, name string
	channel         *Channel
	own             bool // made by the bot
}

// mostWebhooks is how many a channel has at most. Source: error 30007 in "JSON Error Codes".
const mostWebhooks = 15

var errMostWebhooks = &refusal{status: 400, code: 30007, text: fmt.Sprintf("Maximum number of webhooks reached (%d)", mostWebhooks)}

// AddWebhook makes a webhook of somebody else in a channel.
func (c *Channel) AddWebhook(name string) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	c.f.addWebhook(c, name, false)
}

// DeleteWebhooks deletes the webhooks of a channel, as its managers can.
func (c *Channel) DeleteWebhooks() {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()

	for id, h := range c.f.webhooks {
		if h.channel == c {
			delete(c.f.webhooks, id)
		}
	}
}

func (f *Fake) addWebhook(ch *Channel, name string, own bool) *webhook {
	id := f.id()
	h := &webhook{id: id, token: "token-of-" + id, name: name, channel: ch, own: own}
	f.webhooks[id] = h

	return h
}

func (h *webhook) json() map[string]any {
	out := map[string]any{"id": h.id, "type": 1, "channel_id": h.channel.ID, "name": h.name, "avatar": nil, "application_id": nil}
	if h.own {
		out["token"], out["application_id"] = h.token, h.channel.f.app
	}

	return out
}

// managedWebhooks returns the channel of a call about its webhooks.
func (c *call) managedWebhooks() (*Channel, *refusal) {
	ch, err := c.seen()
	if err != nil {
		return nil, err
	}

	if ch.kind == kindDirect || ch.thread() || ch.rights(c.f.bot.ID)&ManageWebhooks == 0 {
		return nil, errRights
	}

	return ch, nil
}

func (f *Fake) listWebhooks(c *call, ch *Channel) (int, any, *refusal) {
	out := []any{}

	for _, h := range f.webhooks {
		if h.channel == ch {
			out = append(out, h.json())
		}
	}

	return 200, out, nil
}

func (f *Fake) createWebhook(c *call, ch *Channel) (int, any, *refusal) {
	if err := refuseName("name", textField(c.body, "name")); err != nil {
		return 0, nil, err
	}

	n := 0

	for _, h := range f.webhooks {
		if h.channel == ch {
			n++
		}
	}

	if n >= mostWebhooks {
		return 0, nil, errMostWebhooks
	}

	return 200, f.addWebhook(ch, textField(c.body, "name"), true).json(), nil
}

// refuseName refuses what no webhook and none of its messages may be called. Source: "Usernames
// and Nicknames" and "Create Webhook".
func refuseName(field, name string) *refusal {
	if err := refuseLength(field, strings.TrimSpace(name), 80); err != nil {
		return err
	}

	for _, word := range []string{"clyde", "discord"} {
		if strings.Contains(strings.ToLower(name), word) {
			return invalidForm(map[string]any{field: newProblem("USERNAME_INVALID_CONTAINS", fmt.Sprintf("Username cannot contain %q", word))})
		}
	}

	return nil
}

// executeWebhook posts in the name of whom the call says. It knows no nonce: what is posted
// twice stands there twice.
func (f *Fake) executeWebhook(c *call, h *webhook) (int, any, *refusal) {
	if c.path("token") != h.token {
		return 0, nil, errWebhookToken
	}

	if h.channel.deleted {
		return 0, nil, errWebhook
	}

	name := h.name
	if _, ok := c.body["username"]; ok {
		name = textField(c.body, "username")
		if err := refuseName("username", name); err != nil {
			return 0, nil, err
		}
	}

	if err := refuseEmpty(c.body, c.file); err != nil {
		return 0, nil, err
	}

	m := f.put(h.channel, &Person{ID: h.id, Name: name, f: f, isBot: true}, c.body)
	m.hook, m.files = h, c.file
	f.checkMentions(m)

	if c.r.URL.Query().Get("wait") != "true" {
		f.complain("a webhook was told to post without wait=true: %.80q", textField(c.body, "content"))
		return 204, nil, nil
	}

	return 200, m.json(), nil
}

// editByWebhook edits a message of the webhook.
func (f *Fake) editByWebhook(c *call, h *webhook) (int, any, *refusal) {
	if c.path("token") != h.token {
		return 0, nil, errWebhookToken
	}

	m := f.messages[c.path("message")]
	if m == nil || m.gone || m.hook != h {
		return 0, nil, errMessage
	}

	if err := m.change(c.body, c.file); err != nil {
		return 0, nil, err
	}

	f.checkMentions(m)

	return 200, m.json(), nil
}
