package delivery

import (
	"encoding/json"
	"slices"
	"sync"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/news/summary"
	"newsbell/store"
	"newsbell/subscriptions"
)

// message returns what a claimed message says. It depends on nothing but the claim, so that a second
// attempt says the same.
func (d *Delivery) message(out *store.Outgoing) *adapters.Message {
	texts := d.Texts.Find(out.Chat.ReadIn()...)

	if out.Answer || out.Notice != "" {
		return noticeMessage(texts, out)
	}

	m := &adapters.Message{Nonce: out.Nonce, Words: texts, Color: subscriptions.ColorNumber(out.Chat.Color)}

	if out.Digest {
		m.Digest, m.Continues = d.digest(texts, out), out.Continues
	} else {
		m.Alert, m.Sender = d.singleAlert(texts, out), sender(out)
		m.ReplyTo, m.InThread = out.Alerts[0].First, out.Alerts[0].Threaded
	}

	if d.Buttons != nil {
		m.Buttons = d.Buttons(texts, out)
	}

	// The later parts of a digest interrupt nobody again.
	if out.Part > 1 {
		m.Silent = true
	} else {
		if m.Digest != nil {
			m.Digest.Opening = out.Chat.Opening
		}

		all := slices.Concat(out.Alerts, out.Later)
		m.Silent = out.Chat.Silent
		m.Pings = collectWants(all, func(h store.AlertHit) []string { return store.RolesOf(h.Ping) })
		m.Labels = collectWants(all, func(h store.AlertHit) []string { return []string{h.Label} })
	}

	switch {
	case out.Form == store.WithoutImage && m.Alert != nil:
		m.Alert.Image = ""
	case out.Form == store.PlainText:
		return plainVersion(texts, m)
	}

	return m
}

// noticeMessage returns a sentence, or a reply that is kept as JSON.
func noticeMessage(texts *locales.Texts, out *store.Outgoing) *adapters.Message {
	m := &adapters.Message{}
	if !out.Answer || json.Unmarshal([]byte(out.Notice), m) != nil {
		m.Text = adapters.Say(out.Notice)
	}

	m.Nonce, m.Words = out.Nonce, texts

	return m
}

// singleAlert returns the one alert of a message that is no digest.
func (d *Delivery) singleAlert(texts *locales.Texts, out *store.Outgoing) *adapters.Alert {
	a := inStyle(d.alert(out.Alerts[0], out.Chat.Reads()), out.Chat)
	d.label(texts, &a)

	a.Opening, a.Note = out.Chat.Opening, noteLine(texts, out)
	if made := out.Translation; made != nil && made.Of == a.Title {
		a.Note = appendNote(a.Note, applyTranslation(texts, &a, made))
	} else {
		d.showLead(texts, out, &a)
	}

	return &a
}

// inStyle leaves out of an alert what its chat does not want to see.
func inStyle(a adapters.Alert, c *store.Chat) adapters.Alert {
	if !c.Pictures || c.Style != store.StyleFull {
		a.Image, a.Credit = "", ""
	}

	if c.Style != store.StyleFull {
		a.Summary = ""
	}

	if c.Style == store.StyleTitle {
		a.Matched, a.Follows, a.Also, a.AlsoMore = nil, nil, nil, 0
	}

	return a
}

// plainVersion says the same in text and links, for a platform that refused the rest, its buttons
// perhaps.
func plainVersion(t *locales.Texts, m *adapters.Message) *adapters.Message {
	text := adapters.Text{}
	alerts := []adapters.Alert{}

	if opening := openingOf(m); opening != "" {
		text = append(text, adapters.Line{adapters.Plain(opening)})
	}

	if m.Digest != nil {
		text = append(text, adapters.Line{adapters.Plain(m.Digest.Heading)})
		if m.Digest.Intro != "" {
			text = append(text, adapters.Line{adapters.Plain(m.Digest.Intro)})
		}

		alerts = m.Digest.Alerts
	} else {
		alerts = append(alerts, *m.Alert)
	}

	for i, a := range alerts {
		if m.Digest != nil && m.Digest.Group(i) != "" {
			text = append(text, adapters.Line{adapters.Bold(m.Digest.Group(i))})
		}

		text = append(text, adapters.Line{adapters.Link(a.Title, a.URL)})
		if m.Alert != nil && a.Summary != "" {
			text = append(text, adapters.Line{adapters.Plain(a.Summary)})
		}
	}

	if m.Digest != nil && m.Digest.More > 0 {
		text = append(text, t.Line("digest.more", "n", m.Digest.More))
	}

	return &adapters.Message{Text: text, Words: m.Words, Nonce: m.Nonce, Silent: m.Silent, Pings: m.Pings, Labels: m.Labels, Continues: m.Continues}
}

// openingOf returns the line before an alert or a digest.
func openingOf(m *adapters.Message) string {
	if m.Digest != nil {
		return m.Digest.Opening
	}

	return m.Alert.Opening
}

// headingKey names the text that heads a digest.
func headingKey(bundle string) string {
	switch bundle {
	case store.BundleHeld:
		return "digest.held"
	case store.BundleQuiet:
		return "digest.quiet"
	case store.BundleDowntime:
		return "digest.downtime"
	case store.BundleDigest:
		return "digest.yours"
	default:
		return "digest.many"
	}
}

// digest returns what a digest says; its look is the adapters' (renderDigest, digestParts).
func (d *Delivery) digest(t *locales.Texts, out *store.Outgoing) *adapters.Digest {
	digest := &adapters.Digest{
		Heading: t.Say(headingKey(out.Bundle)), Mixed: out.Chat.Order != store.OrderSubscription,
		More: out.More, Part: out.Part, Parts: out.Parts,
	}

	if out.Bundle == store.BundleSpiked {
		digest.Heading = spikeHeading(t, out.Alerts)
	}

	for _, a := range out.Alerts {
		if a.Article != nil {
			alert := d.alert(a, out.Chat.Reads())
			d.label(t, &alert)
			digest.Alerts = append(digest.Alerts, alert)
		}
	}

	return digest
}

// spikeHeading says how many stories came in an hour, and how many usually do.
func spikeHeading(t *locales.Texts, alerts []*store.Alert) string {
	spike, ok := subscriptions.ParseSpike(alerts[0].Rule)
	if !ok {
		return t.Say("digest.many")
	}

	query := ""

	for _, h := range alerts[0].Hits {
		if h.Number == spike.Number {
			query = h.Query
		}
	}

	if spike.Usual == 0 {
		return t.Say("digest.spike_rare", "n", spike.Stories, "query", query)
	}

	return t.Say("digest.spike", "n", spike.Stories, "query", query, "usual", spike.Usual)
}

// alert returns an alert as it is shown now to readers of a language, "" if that is not known.
func (d *Delivery) alert(a *store.Alert, language string) adapters.Alert {
	n := &a.Article.News

	shown := adapters.Alert{
		Title: n.Title, URL: n.URL, Outlet: n.Outlet, Published: a.Article.At(), Image: n.Image, Credit: n.Credit,
		Summary: d.summarize(n),
	}

	shown.Also, shown.AlsoMore = d.chooseAlso(a.Also, language, n.URL)
	for _, h := range a.Hits {
		if !h.Applies() {
			continue
		}

		shown.Follows = append(shown.Follows, adapters.Follow{Number: h.Number, Query: h.Query})
		for _, word := range h.Matched {
			if !slices.Contains(shown.Matched, word) {
				shown.Matched = append(shown.Matched, word)
			}
		}
	}

	return shown
}

// summarize returns what an alert says of an article below the title.
func (d *Delivery) summarize(n *news.Article) string {
	of := [...]string{n.Summary, n.Title, n.Text}

	d.summaries.mu.Lock()
	made, ok := d.summaries.made[of]
	d.summaries.mu.Unlock()

	if ok {
		return made
	}

	made = summary.Shorten(n.Summary, n.Title, n.Text, d.Summary)

	d.summaries.mu.Lock()
	defer d.summaries.mu.Unlock()

	if len(d.summaries.made) >= mostSummaries || d.summaries.made == nil {
		d.summaries.made = map[[3]string]string{}
	}

	d.summaries.made[of] = made

	return made
}

// mostSummaries is how many summaries are remembered.
const mostSummaries = 32

// summaries are those of the latest articles, by summary, title and text: each alert is sent and reported, and
// a story for many chats goes to each of them.
type summaries struct {
	mu   sync.Mutex
	made map[[3]string]string
}

// wantsThread reports whether a thread is to open below a message: it is one alert, of a
// subscription that asks for it.
func wantsThread(out *store.Outgoing) bool {
	return !out.Digest && len(out.Alerts) == 1 && slices.ContainsFunc(out.Alerts[0].Hits, func(h store.AlertHit) bool { return h.Applies() && h.Thread })
}

// collectWants returns what the subscriptions behind alerts ask for, each once: the roles to mention, or the
// tags of a forum's posts.
func collectWants(alerts []*store.Alert, of func(store.AlertHit) []string) []string {
	var all []string

	for _, a := range alerts {
		for _, h := range a.Hits {
			if !h.Applies() {
				continue
			}

			for _, one := range of(h) {
				if one != "" && !slices.Contains(all, one) {
					all = append(all, one)
				}
			}
		}
	}

	return all
}
