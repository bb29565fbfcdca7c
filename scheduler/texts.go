package scheduler

import (
	"cmp"

	"newsbell/locales"
	"newsbell/sources"
	"newsbell/store"
)

// notice is a message to a chat that nobody asked for, in its language.
type notice = func(*locales.Texts) string

// leaveNotice leaves a notice for a chat.
func leaveNotice(t *store.Tx, texts *locales.Catalog, chat *store.Chat, say notice) error {
	return t.Notify(chat.ID, say(texts.Find(chat.ReadIn()...)))
}

func nameOf(s *store.Source) string { return cmp.Or(s.Title, s.Outlet, sources.RedactURL(s.URL)) }

// tellFailing tells those who added a source that it does not work.
func tellFailing(s *store.Source) notice {
	return func(w *locales.Texts) string {
		return w.Say("notice.failing", "source", nameOf(s), "reason", w.Translate(s.Error))
	}
}

// tellBack tells them that it does again.
func tellBack(s *store.Source) notice {
	return func(w *locales.Texts) string { return w.Say("notice.back", "source", nameOf(s)) }
}

// tellGone tells them that it has ended.
func tellGone(s *store.Source) notice {
	return func(w *locales.Texts) string { return w.Say("notice.gone", "source", nameOf(s)) }
}

// tellRelaunch tells the operator why a source is silent for once.
func tellRelaunch(s *store.Source) notice {
	return func(w *locales.Texts) string { return w.Say("notice.relaunch", "source", nameOf(s)) }
}

// tellAway greets a chat whose pause of over a day is over.
func tellAway(w *locales.Texts) string { return w.Say("pause.resumed_away_here") }

// smallRange is a repetition that a regex may have at little cost.
const smallRange = "{0,100}"

// tellSlow tells a chat that the regexes of its subscriptions are too slow.
func tellSlow(slow []*store.Subscription) notice {
	return func(w *locales.Texts) string {
		if len(slow) == 1 {
			return w.Say("notice.slow", "query", slow[0].Query, "range", smallRange)
		}

		return w.Say("notice.slow_more", "query", slow[0].Query, "n", len(slow)-1, "range", smallRange)
	}
}
