package telegram

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/adapters/telegram/botapi"
	"newsbell/adapters/telegram/render"
)

const (
	// The server keeps an answer for the person that long, in seconds: whoever deletes a
	// letter gets the same again without asking us.
	inlineCache = "60"
	// inlineTime is what an answer may take; the server forgets the question soon after.
	inlineTime = 8 * time.Second
)

// readInline reads what somebody types behind the bot's name. Such questions have a queue
// of their own: they do not wait for what the person does in chats.
func readInline(in *incoming, q *botapi.InlineQuery) {
	in.queue, in.query = math.MinInt64+q.From.ID, q.ID
	in.inline = &adapters.InlineQuery{User: userOf(q.From), Text: strings.TrimSpace(q.Query), Offset: q.Offset}
}

// readGuest reads what somebody says to the bot in a chat that it is not in.
func (a *Adapter) readGuest(in *incoming, m *botapi.Message) {
	in.queue, in.query, in.guest = math.MinInt64+m.From.ID, m.GuestQuery, true

	text := m.Text + m.Caption
	if me := a.identity().Username; me != "" {
		text = regexp.MustCompile(`(?i)@`+regexp.QuoteMeta(me)+`\b`).ReplaceAllString(text, "")
	}

	in.inline = &adapters.InlineQuery{User: userOf(m.From), Text: strings.TrimSpace(text)}
	if m.ReplyTo != nil {
		in.inline.About = m.ReplyTo.Text + m.ReplyTo.Caption
	}
}

// answerInline answers what was asked in a chat that the bot is not in. What fails is not
// tried again: by then the person has typed on.
func (a *Adapter) answerInline(ctx context.Context, h adapters.Handler, in *incoming) {
	inliner, ok := h.(adapters.Inliner)
	if !ok {
		return
	}

	ctx, cancel := context.WithTimeout(ctx, inlineTime)
	defer cancel()

	if in.guest {
		a.answerGuest(ctx, in.query, inliner.Guest(ctx, in.inline))
		return
	}

	cards := inliner.Inline(ctx, in.inline)
	if cards == nil {
		cards = &adapters.Cards{}
	}

	p := botapi.Params{
		"inline_query_id": in.query, "results": render.ToJSON(a.renderer().Cards(cards, time.Now())),
		"is_personal": "true", "cache_time": inlineCache,
	}
	p.AddNonEmpty("next_offset", cards.Next)

	if cards.Private.Start != "" {
		p["button"] = render.ToJSON(map[string]string{"text": cards.Private.Label, "start_parameter": cards.Private.Start})
	}

	_ = a.callOptional(ctx, "answerInlineQuery", p, nil)
}

// answerGuest says what a guest says. The server takes one answer.
func (a *Adapter) answerGuest(ctx context.Context, query string, m *adapters.Message) {
	if m == nil {
		return
	}

	result, ok := a.renderer().Guest(m, strconv.FormatInt(time.Now().UnixNano(), 36), time.Now())
	if !ok {
		return
	}

	_ = a.callOptional(ctx, "answerGuestQuery", botapi.Params{"guest_query_id": query, "result": render.ToJSON(result)}, nil)
}
