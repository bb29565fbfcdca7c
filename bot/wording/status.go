package wording

import (
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/store"
)

// Health says how a source is doing.
func (w Words) Health(s *store.Source, now time.Time) string {
	switch {
	case !s.OffAt.IsZero():
		return w.Say("sources.off")
	case s.LastPollAt.IsZero():
		return w.Say("sources.unread")
	case s.Error == "":
		return w.Say("sources.ok", "ago", w.Ago(now.Sub(s.LastPollAt)))
	case s.LastOKAt.IsZero():
		return w.Say("sources.never", "reason", w.Translate(s.Error))
	default:
		return w.Say("sources.failing", "reason", w.Translate(s.Error), "ago", w.Ago(now.Sub(s.LastOKAt)))
	}
}

// SourcesHead is the head of a page of n sources, of which some fail; page counts from 0.
func (w Words) SourcesHead(n, failing, page, pages int) string {
	key := "sources.head"
	if failing > 0 {
		key = "sources.head_failing"
	}

	return w.Paged(w.Say(key, "n", n, "failing", failing), page, pages)
}

// SourceAdded says what will come of a source, with the chat's number of subscriptions.
func (w Words) SourceAdded(name, newest string, subscriptions int) string {
	added := w.Say("sources.added", "name", name)
	if newest != "" {
		added = w.Say("sources.added_newest", "name", name, "title", strings.TrimSuffix(newest, "."))
	}

	if subscriptions == 0 {
		return w.Sentences(added, w.Say("sources.added_unfollowed"))
	}

	return w.Sentences(added, w.Say("sources.added_followed"))
}

// StatusHead says in a few words whether news comes in. answered: a server did, be it with a failure.
func (w Words) StatusHead(p store.PollTimes, answered bool) string {
	switch {
	case p.Sources == 0:
		return w.Say("status.nothing")
	case p.Last.IsZero():
		return w.Say("status.started")
	case p.NoneWorks() && answered:
		return w.Say("status.unreadable")
	case p.NoneWorks():
		return w.Say("status.unreachable")
	case 2*p.Failing > p.Sources-p.Unread:
		return w.Say("status.working_partly")
	case p.Failing > 0:
		return w.Say("status.working_mostly")
	default:
		return w.Say("status.working")
	}
}

// StatusPolls says how the sources do, and when they were and will be asked.
func (w Words) StatusPolls(p store.PollTimes, now time.Time) string {
	counts := []string{w.Say("status.sources", "n", p.Sources)}
	if p.Unread > 0 {
		counts = append(counts, w.Say("status.unread", "n", p.Unread))
	}

	if p.Failing > 0 {
		counts = append(counts, w.Say("status.failing", "n", p.Failing))
	}

	key := "status.polls"
	if !p.Last.IsZero() {
		key = "status.checked"
	}

	if p.Next.After(now) {
		key += "_next"
	} else if p.Sources > 0 {
		key += "_now"
	}

	next := w.Span("in", max(p.Next.Sub(now).Round(time.Second), time.Second))

	return w.Say(key, "counts", w.Commas(counts), "ago", w.Ago(now.Sub(p.Last)), "in", next)
}

// StatusAlerts counts the alerts of one chat.
func (w Words) StatusAlerts(c store.Counts) string {
	counts := w.sentCounts(c)
	if c.Waiting > 0 {
		counts = append(counts, w.Say("status.waiting", "n", c.Waiting))
	}

	return w.Say("status.alerts", "counts", w.Commas(counts))
}

// sentCounts counts the alerts that were sent; those that a digest had no room for are
// only a number at its end.
func (w Words) sentCounts(c store.Counts) []string {
	counts := []string{w.Say("status.sent", "n", c.Sent)}
	if c.Folded > 0 {
		counts = append(counts, w.Say("status.folded", "n", c.Folded))
	}

	return counts
}

// StatusOperator counts the alerts of all chats, and the articles that are kept since oldest.
func (w Words) StatusOperator(c store.Counts, articles int, oldest, now time.Time) string {
	counts, waiting := w.sentCounts(c), "status.waiting"
	if c.Waiting >= store.MostWaiting {
		waiting = "status.waiting_over"
	}

	key := "status.all"
	if articles > 0 {
		key = "status.all_oldest"
	}

	return w.Say(key, "counts", w.Commas(append(counts, w.Say(waiting, "n", c.Waiting))), "articles", articles, "ago", w.Ago(now.Sub(oldest)))
}

// ModelCost says what a language model has used today, and what that costs where the price of
// a million tokens is known.
func (w Words) ModelCost(tokens int, price float64) adapters.Line {
	if price == 0 {
		return w.Line("status.model", "n", tokens)
	}

	return w.Line("status.model_cost", "n", tokens, "cost", strconv.FormatFloat(float64(tokens)/1e6*price, 'f', 2, 64))
}

// Announced says who gets an announcement.
func (w Words) Announced(chats int, text string, sent bool) adapters.Text {
	if sent {
		return append(w.Lines("operator.announced", "n", chats), adapters.Say(text)...)
	}

	return append(append(w.Lines("operator.announcing", "n", chats), adapters.Say(text)...), w.Line("operator.announce_send"))
}
