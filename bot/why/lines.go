package why

import (
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/news/story"
	"newsbell/store"
	"newsbell/subscriptions"
)

// alsoOutlets are the names of other outlets that tell a story.
func alsoOutlets(all []store.Also) []string {
	names := make([]string, 0, len(all))
	for _, also := range all {
		names = append(names, also.Outlet)
	}

	return names
}

// developmentLine says what an article tells that was not told.
func developmentLine(w wording.Words, facts []string) adapters.Line {
	if len(facts) == 0 {
		return w.Line("why.development")
	}

	return w.Line("why.development_facts", "facts", w.Commas(facts))
}

// wordsNamed is how many of the words that make two articles one story are named.
const wordsNamed = 5

// sameWords names the most telling words that two articles of one story share; nothing when it is
// their address alone that makes them one.
func sameWords(w wording.Words, a, b *news.Article) adapters.Text {
	shared := story.SharedWords(a, b)
	if len(shared) == 0 {
		return nil
	}

	quoted := make([]string, 0, wordsNamed)
	for _, word := range shared[:min(len(shared), wordsNamed)] {
		quoted = append(quoted, w.Quote(word))
	}

	return adapters.Text{w.Line("why.same_words", "words", w.And(quoted))}
}

// hitLine is "• #2 drone: matched “drone” and “drones”".
func hitLine(w wording.Words, h store.AlertHit) adapters.Line {
	name := adapters.Bold("#" + strconv.Itoa(h.Number) + " " + w.Spell(h.Query))
	if len(h.Matched) == 0 {
		return adapters.Line{adapters.Plain("• "), name}
	}

	quoted := make([]string, len(h.Matched))
	for i, word := range h.Matched {
		quoted[i] = w.Quote(word)
	}

	return w.Line("why.matched", "subscription", name, "words", w.And(quoted))
}

// verdictLine says how a language model judged an alert for a subscription; nil: it had not to.
func verdictLine(w wording.Words, h store.AlertHit, a *store.Alert) adapters.Line {
	switch {
	case h.Verdict == store.Unasked:
		return nil
	case h.Verdict == store.Fits:
		return w.Line("why.only_fits", "only", h.Only)
	case h.Verdict == store.Differs:
		return w.Line("why.only_other", "only", h.Only)
	case h.Verdict == store.ToJudge && a.State == "waiting":
		return w.Line("why.only_waits", "only", h.Only)
	default:
		return w.Line("alert.unjudged", "only", h.Only)
	}
}

// hitLines are the subscriptions that an alert matches, with what was judged.
func hitLines(w wording.Words, a *store.Alert) (lines adapters.Text) {
	for _, h := range a.Hits {
		lines = append(lines, hitLine(w, h))
		if verdict := verdictLine(w, h, a); verdict != nil {
			lines = append(lines, verdict)
		}
	}

	return lines
}

// articleTimes says when an article was published and seen.
func articleTimes(w wording.Words, a *store.Article, zone *time.Location) adapters.Line {
	seen := w.MomentSpan(a.SeenAt, zone)
	if a.News.Published.IsZero() {
		return w.Line("why.seen", "seen", seen)
	}

	return w.Line("why.published", "published", w.MomentSpan(a.News.Published, zone), "seen", seen)
}

// outcomeLines says what became of an alert, and by which rule.
func outcomeLines(w wording.Words, a *store.Alert, c *store.Chat, zone *time.Location) adapters.Text {
	text := adapters.Text{alertState(w, a, c, zone)}
	if rule := ruleLine(w, a); rule != nil {
		text = append(text, rule)
	}

	return text
}

// alertState says what became of an alert.
func alertState(w wording.Words, a *store.Alert, c *store.Chat, zone *time.Location) adapters.Line {
	switch a.State {
	case "sent":
		return w.Line("why.sent")
	case "folded":
		return w.Line("why.folded")
	case "dropped":
		return droppedLine(w, a.Reason, c.Platform)
	}

	switch {
	case c.State == store.Paused:
		return w.Line("why.waits_paused")
	case c.State == store.Asleep:
		return w.Line("why.waits_asleep", "why", events.WhyAsleep(w.Texts, c.Reason))
	case a.DueAt.After(time.Now()):
		return heldLine(w, a, w.MomentSpan(a.DueAt, zone))
	default:
		return w.Line("why.on_its_way")
	}
}

// droppedLine says why an alert was not sent.
func droppedLine(w wording.Words, reason, platform string) adapters.Line {
	switch reason {
	case store.DroppedFollowed:
		return w.Line("why.told_in_followed")
	case store.DroppedRefused:
		return w.Line("why.dropped_refused", "platform", strings.ToUpper(platform[:1])+platform[1:])
	case store.DroppedUnsubscribed, store.DroppedUnfollowed, store.DroppedMuted, store.DroppedGone, store.DroppedAway, store.DroppedMerged,
		store.DroppedJoined, store.DroppedCalm, store.DroppedJudged, store.DroppedFew, store.DroppedExpired:
		return w.Line("why.dropped_" + reason)
	default:
		return w.Line("why.dropped_other", "reason", w.Translate(reason))
	}
}

// heldLine says what a waiting alert waits for.
func heldLine(w wording.Words, a *store.Alert, when adapters.Span) adapters.Line {
	most, limited := strings.CutPrefix(a.Rule, subscriptions.RuleMax)

	switch {
	case a.Bundle == store.BundleFew:
		return w.Line("why.held_few", "n", a.Awaits)
	case a.Bundle == store.BundleSpike:
		return w.Line("why.held_spike", "when", when)
	case a.Bundle == store.BundleQuiet && a.Awaits > 0:
		return w.Line("why.held_quiet_outlets", "when", when, "n", a.Awaits)
	case a.Bundle == store.BundleQuiet:
		return w.Line("why.held_quiet", "when", when)
	case a.Rule == subscriptions.RuleOnly:
		return w.Line("why.held_only", "when", when)
	case limited:
		return w.Line("why.held_max", "when", when, "n", parseSavedNumber(most))
	default:
		return w.Line("why.scheduled", "when", when)
	}
}

// ruleLine says which rule let an alert through quiet hours or left it to a digest; nil: none.
func ruleLine(w wording.Words, a *store.Alert) adapters.Line {
	outlets, byOutlets := strings.CutPrefix(a.Rule, subscriptions.RuleOutlets)
	word, byWord := strings.CutPrefix(a.Rule, subscriptions.RuleWord)
	most, overMax := strings.CutPrefix(a.Rule, subscriptions.RuleMax)
	spike, isSpike := subscriptions.ParseSpike(a.Rule)

	switch {
	case a.State == "waiting" && a.DueAt.After(time.Now()):
		return nil // held says it
	case a.Rule == subscriptions.RuleUrgent:
		return w.Line("why.through_urgent")
	case byOutlets:
		return w.Line("why.through_outlets", "n", parseSavedNumber(outlets))
	case byWord:
		return w.Line("why.through_word", "word", word)
	case isSpike:
		return w.Line("why.spike", "n", spike.Stories)
	case overMax:
		return w.Line("why.over_max", "n", parseSavedNumber(most))
	default:
		return nil
	}
}

// parseSavedNumber reads a number that was written by the program.
func parseSavedNumber(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
