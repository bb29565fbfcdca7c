package delivery

import (
	"slices"
	"time"

	"newsbell/adapters"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/news/summary"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// noteOutlet is how much of an outlet's name a note shows, in characters.
const noteOutlet = 60

// showLead gives an alert that is edited the summary of the article that tells its story best (see
// summary.ChooseLead), and says whose it is.
func (d *Delivery) showLead(t *locales.Texts, out *store.Outgoing, a *adapters.Alert) {
	of := out.Alerts[0].Tellings
	if len(of) == 0 || out.Form == store.PlainText || slices.ContainsFunc(out.Alerts[0].Hits, isParticular) {
		return
	}

	tellings := make([]summary.Telling, len(of))
	for i, telling := range of {
		tellings[i] = summary.Telling{Article: &telling.News, Summary: d.summarize(&telling.News)}
	}

	chosen := summary.ChooseLead(tellings)
	if chosen == 0 {
		return
	}

	n := tellings[chosen].Article
	a.Summary, a.Retold = tellings[chosen].Summary, true
	a.Note = appendNote(a.Note, t.Line("alert.told_by", "outlet", d.labelled(t, news.Shorten(n.Outlet, noteOutlet), n.URL)))
}

// isParticular reports whether an alert is sent for a subscription that asks for more of an article than
// that words are there, which another article may not meet.
func isParticular(h store.AlertHit) bool {
	if !h.Applies() {
		return false
	}

	q, err := query.Parse(h.Query)

	return err != nil || h.Only != "" || !q.WantsWordsOnly()
}

// appendNote adds to what is special about an alert.
func appendNote(note, line adapters.Line) adapters.Line {
	if len(note) == 0 {
		return line
	}

	return slices.Concat(note, adapters.Line{adapters.Plain(" · ")}, line)
}

// noteTitle is how much of a headline that was changed is shown, in characters.
const noteTitle = 160

// noteLine says what is special about an alert: that it is a development, or that its headline was
// changed since it was sent.
func noteLine(t *locales.Texts, out *store.Outgoing) adapters.Line {
	a := out.Alerts[0]

	switch {
	case a.Edition != 0:
		return t.Line("alert.development")
	case a.Corrected.At.IsZero():
		return unjudgedLine(t, a)
	}

	at := a.Corrected.At
	if zone, err := time.LoadLocation(out.Chat.TimeZone); err == nil {
		at = at.In(zone)
	}

	return t.Line("alert.corrected", "time", adapters.Span{Text: t.Clock(at), Time: at}, "before", news.Shorten(a.Corrected.Before, noteTitle))
}

// unjudgedLine says that an alert comes without having been judged, though each of its subscriptions
// asked for that.
func unjudgedLine(t *locales.Texts, a *store.Alert) adapters.Line {
	only := ""

	for _, h := range a.Hits {
		switch {
		case !h.Applies():
		case h.Verdict != store.ToJudge && h.Verdict != store.Unjudged:
			return nil
		case only == "":
			only = h.Only
		}
	}

	if only == "" {
		return nil
	}

	return t.Line("alert.unjudged", "only", only)
}

// applyTranslation replaces an alert's title and summary by their translation, and returns the line
// that says so.
func applyTranslation(t *locales.Texts, a *adapters.Alert, made *store.Translation) adapters.Line {
	line := t.Line("alert.translated", "title", news.Shorten(a.Title, noteTitle))

	a.Title = made.Title
	if a.Summary != "" {
		a.Summary = made.Text
	}

	return line
}
