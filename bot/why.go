package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/input"
	"newsbell/bot/page"
	"newsbell/bot/search"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/news/story"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// explain says why an alert came, or why none did.
func (b *Bot) explain(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := b.FindAlertTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	m := &adapters.Message{}

	err = b.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err != nil {
			return err
		}

		m.Text, err = b.explainRequest(ctx, tx, t, c)

		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return t.Message("why.nothing"), nil
	}

	return m, err
}

// explainRequest explains what the question names: the alert it replies to, an
// address or a subscription; otherwise the latest alert.
func (b *Bot) explainRequest(ctx context.Context, tx *store.Tx, t *turn.Turn, c *store.Chat) (adapters.Text, error) {
	text := strings.TrimSpace(t.Text)
	if link := input.FindLink(text); link != "" {
		return b.explainLink(tx, t.Words, c, link)
	}

	if c.ID == 0 {
		return nil, store.ErrNotFound
	}

	if ns, ok := input.ParseNumbers(text); ok {
		return b.explainSubscription(ctx, tx, t.Words, c, ns[0].First)
	}

	if t.Request.Message != "" {
		alerts, err := tx.AlertsIn(c.ID, t.Request.Message)
		if err != nil {
			return nil, err
		}

		if len(alerts) > 0 {
			return b.explainAlerts(t.Words, c, alerts), nil
		}

		if link := input.FindLink(t.Request.ReplyText); link != "" {
			return b.explainLink(tx, t.Words, c, link)
		}
	}

	if text != "" {
		return b.explainWords(ctx, tx, t, c, text)
	}

	waiting, err := b.waitingLines(tx, t.Words, c)
	if err != nil {
		return nil, err
	}

	last, err := tx.LastAlert(c.ID)
	if errors.Is(err, store.ErrNotFound) && len(waiting) > 0 {
		return waiting, nil
	}

	if err != nil {
		return nil, err
	}

	return append(waiting, b.explainAlert(t.Words, c, last)...), nil
}

// explainWords explains the one subscription whose query has the words, as /unsubscribe
// finds it.
func (b *Bot) explainWords(ctx context.Context, tx *store.Tx, t *turn.Turn, c *store.Chat, words string) (adapters.Text, error) {
	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, err
	}

	found := filterSubscriptions(t.Words, words, all)
	if len(found) != 1 {
		return t.Lines("why.how"), nil
	}

	return b.explainSubscription(ctx, tx, t.Words, c, found[0].Number)
}

// waitingLines lists what a chat is still to get, and what each waits for.
func (b *Bot) waitingLines(tx *store.Tx, w wording.Words, c *store.Chat) (text adapters.Text, err error) {
	waiting, err := tx.WaitingAlerts(c.ID, whyMost)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}

	counts, err := tx.CountChat(c.ID, time.Now())
	if err != nil {
		return nil, err
	}

	text = w.Lines("why.waiting", "n", max(counts.Waiting, len(waiting)))

	for _, a := range waiting {
		line := adapters.Line{adapters.Plain("• ")}
		if a.Article != nil {
			line = append(append(line, search.ArticleLine(w, a.Article)...), adapters.Plain(" · "))
		}

		text = append(text, append(line, alertState(w, a, c, b.ZoneOf(c))...))
	}

	return append(text, adapters.Line{}), nil
}

// whyMost is how many alerts of a digest are explained at once.
const whyMost = 5

// explainAlerts explains the alerts of one message one after the other.
func (b *Bot) explainAlerts(w wording.Words, c *store.Chat, alerts []*store.Alert) adapters.Text {
	var text adapters.Text

	for i, a := range alerts[:min(len(alerts), whyMost)] {
		if i > 0 {
			text = append(text, adapters.Line{})
		}

		text = append(text, b.explainAlert(w, c, a)...)
	}

	if more := len(alerts) - whyMost; more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text
}

// alsoOutlets are the names of other outlets that tell a story.
func alsoOutlets(all []store.Also) []string {
	names := make([]string, 0, len(all))
	for _, also := range all {
		names = append(names, also.Outlet)
	}

	return names
}

// explainAlert says which subscriptions an alert matched, by which words, and
// what became of it.
func (b *Bot) explainAlert(w wording.Words, c *store.Chat, a *store.Alert) adapters.Text {
	text := adapters.Text{}
	if a.Article != nil {
		text = append(text, search.ArticleLine(w, a.Article))
	}

	if a.Edition != 0 {
		text = append(text, developmentLine(w, a.Details))
	}

	text = append(text, hitLines(w, a)...)

	if a.Article != nil {
		text = append(text, articleTimes(w, a.Article, b.ZoneOf(c)))
	}

	text = append(text, outcomeLines(w, a, c, b.ZoneOf(c))...)

	if a.State == "sent" && a.Edition == 0 && a.Article != nil && a.Article.Story != a.Story {
		text = append(text, w.Line("why.joined_later"))
	}

	if len(a.Also) > 0 {
		text = append(text, w.Line("why.also", "outlets", w.And(alsoOutlets(a.Also))))
	}

	return text
}

// Why says which subscriptions an alert of a chat matched, by which words, and what became
// of it.
func (b *Bot) Why(c *store.Chat, a *store.Alert) adapters.Text {
	return b.explainAlert(b.WordsOf(c), c, a)
}

// explainSubscription explains the latest alert of a subscription; of one that never alerted it says
// what the query would have caught.
func (b *Bot) explainSubscription(ctx context.Context, tx *store.Tx, w wording.Words, c *store.Chat, number int) (adapters.Text, error) {
	s, err := tx.Subscription(c.ID, number)
	if errors.Is(err, store.ErrNotFound) {
		return w.Lines("list.no_number", "number", strconv.Itoa(number)), nil
	}

	if err != nil {
		return nil, err
	}

	a, err := tx.LastFor(c.ID, s.ID)
	if err == nil {
		return append(w.Lines("why.latest", "subscription", w.Subscription(s, nil)), b.explainAlert(w, c, a)...), nil
	}

	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}

	q, err := query.Parse(s.Query)
	if err != nil || q.String() != s.Canonical { // words are shown as they were typed, where they still mean the same
		q, err = query.ParseCanonical(s.Canonical)
	}

	if err != nil {
		return nil, err
	}

	found, err := search.Run(ctx, tx, c.ID, q, lookBack, quickLimits())
	if err != nil {
		return nil, err
	}

	return append(w.Lines("why.never", "subscription", w.Subscription(s, q)), found.Summary(w)...), nil
}

// explainLink says what became of the article at an address.
func (b *Bot) explainLink(tx *store.Tx, w wording.Words, c *store.Chat, link string) (adapters.Text, error) {
	all, err := tx.ArticlesAt(link)
	if err != nil {
		return nil, err
	}

	a, err := page.FirstReadable(tx, c.ID, all)
	if err != nil {
		return nil, err
	}

	if a == nil {
		return adapters.Text{w.Line("why.unseen"), w.Line("why.unseen_how")}, nil
	}

	text := adapters.Text{search.ArticleLine(w, a), articleTimes(w, a, b.ZoneOf(c))}
	if a.Story == 0 {
		return append(text, w.Line("why.checking")), nil
	}

	if c.ID != 0 {
		alert, err := tx.AlertOf(c.ID, a.Story)
		if err == nil {
			return append(text, b.explainStory(w, c, a, alert)...), nil
		}

		if !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}

	not, err := b.explainNoAlert(tx, w, c, a)

	return append(text, not...), err
}

// explainStory explains an article whose story has an alert in this chat.
func (b *Bot) explainStory(w wording.Words, c *store.Chat, a *store.Article, alert *store.Alert) adapters.Text {
	var text adapters.Text
	if alert.Article != nil && alert.Article.ID != a.ID {
		text = append(text, w.Line("why.same_story", "article", search.ArticleLine(w, alert.Article)))
		text = append(text, sameWords(w, &a.News, &alert.Article.News)...)
	}

	text = append(text, hitLines(w, alert)...)

	return append(text, outcomeLines(w, alert, c, b.ZoneOf(c))...)
}

// explainNoAlert explains an article that caused no alert in this chat.
func (b *Bot) explainNoAlert(tx *store.Tx, w wording.Words, c *store.Chat, a *store.Article) (adapters.Text, error) {
	var all []*store.Subscription

	if c.ID != 0 {
		var err error
		if all, err = tx.Subscriptions(c.ID); err != nil {
			return nil, err
		}
	}

	if len(all) == 0 {
		return nothingFollowed(w, "").Text, nil
	}

	var matches, misses adapters.Text

	for _, s := range all {
		q, err := query.ParseCanonical(s.Canonical)
		if err != nil {
			continue // what does not parse any more cannot match
		}

		name := adapters.Bold("#" + strconv.Itoa(s.Number) + " " + w.Spell(s.Query))

		if _, ok := index.Match(q, &a.News); !ok {
			if len(misses) < whyMost {
				miss := adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + lackText(w, q, &a.News))}

				word, err := mutedWord(tx, c.ID, s.ID, &a.News)
				if err != nil {
					return nil, err
				}

				if word != "" {
					miss = append(append(miss, adapters.Plain(". ")), w.Line("why.muted_word", "word", word)...)
				}

				misses = append(misses, miss)
			}

			continue
		}

		matches = append(matches, adapters.Line{adapters.Plain("• "), name, adapters.Plain(": " + quietReason(w, a, s, c))})
	}

	if len(matches) > 0 {
		return append(w.Lines("why.matches_silent"), matches...), nil
	}

	text := append(w.Lines("why.matches_nothing"), misses...)
	if more := len(all) - whyMost; more > 0 {
		text = append(text, w.Line("list.more", "n", more))
	}

	return text, nil
}

// mutedWord is a muted word of a subscription that an article has, "" none.
func mutedWord(tx *store.Tx, chat, subscription int64, a *news.Article) (string, error) {
	mutes, err := tx.Mutes(chat)

	for _, m := range mutes {
		if m.Subscription() != subscription {
			continue
		}

		q, err := query.Parse(m.Label)
		if err != nil {
			continue // it was a word when it was muted
		}

		if _, has := index.Match(q, a); has {
			return m.Label, nil
		}
	}

	return "", err
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

// quietReason says why an article that a subscription matches caused no alert.
func quietReason(w wording.Words, a *store.Article, s *store.Subscription, c *store.Chat) string {
	switch {
	case a.Quiet == store.QuietBaseline:
		return w.Say("why.baseline")
	case a.Quiet == store.QuietRelaunch:
		return w.Say("why.relaunch")
	case a.Quiet == store.QuietOld:
		return w.Say("why.old")
	case s.CreatedAt.After(a.SeenAt):
		return w.Say("why.later")
	case c.State != store.Active:
		return w.Say("why.away")
	case s.Skipped > 0:
		return w.Say("why.slow")
	default:
		return w.Say("why.other")
	}
}

// lackText says which part of a query keeps an article from matching it.
func lackText(w wording.Words, q *query.Query, a *news.Article) string {
	missing, unwanted := index.Diagnose(q, a)

	switch {
	case q.HasRegex() && index.IsTooCostly(q, a):
		return w.Say("why.lacks_slow")
	case len(missing) > 0:
		return w.Say("why.lacks", "words", w.And(allInWords(w, missing)))
	case len(unwanted) > 0:
		return w.Say("why.unwanted", "words", w.And(allInWords(w, unwanted)))
	default:
		return w.Say("why.lacks_some")
	}
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

// allInWords are queries in words.
func allInWords(w wording.Words, queries []*query.Query) (all []string) {
	for _, q := range queries {
		all = append(all, w.InWords(q))
	}

	return all
}
