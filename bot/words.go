package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/page"
	"newsbell/bot/search"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
	zonefinder "newsbell/subscriptions/zone"
)

// words are the texts of one language, with what picks among them. What is said stands
// in package locales.
type words struct{ *locales.Texts }

// lines is a text line by line.
func (w words) lines(key string, pairs ...any) adapters.Text {
	text := adapters.Text{nil}

	for _, span := range w.Line(key, pairs...) {
		for i, part := range strings.Split(span.Text, "\n") {
			if i > 0 {
				text = append(text, nil)
			}

			span.Text = part
			text[len(text)-1] = append(text[len(text)-1], span)
		}
	}

	return text
}

// say is a message of one text.
func (w words) say(key string, pairs ...any) *adapters.Message {
	return &adapters.Message{Text: w.lines(key, pairs...)}
}

// refuse is an error that is the reply: no, and nothing changed.
func (w words) refuse(key string, pairs ...any) error { return &refusal{w.say(key, pairs...)} }

// translated is a sentence that another package said in English.
func (w words) translated(err error) string { return asSentence(w.Translate(asSentence(err.Error()))) }

// moment is a time of day, with its date if it is not today; a platform that can shows
// it in the reader's own zone.
func (w words) moment(at time.Time, zone *time.Location) adapters.Span {
	return adapters.Span{Text: w.Moment(at, time.Now(), zone), Time: at}
}

// ago is the age of a moment; a platform that can shows the moment itself.
func (w words) ago(at time.Time) adapters.Span {
	if time.Since(at) > longAgo {
		return adapters.Span{Text: w.Date(at), Time: at}
	}

	return adapters.Span{Text: w.Ago(time.Since(at)), Time: at}
}

// longAgo is from when on a day says more than how many days have passed since.
const longAgo = 60 * 24 * time.Hour

// inWords is a query in plain words: "(tesla or spacex) and musk, not stock".
func (w words) inWords(q *query.Query) string { return q.InWords(w.Say) }

// pickVariant picks the text for a place that has a name, or for the chat itself.
func pickVariant(key, where string) string {
	if where == "" {
		return key + "_here"
	}

	return key + "_in"
}

// missing names the rights that the bot lacks.
func (w words) missing(where string, rights []string) *adapters.Message {
	return w.say(pickVariant("rights.missing", where), "where", where, "rights", w.And(rights))
}

// notAdmin says who may set up alerts.
func (w words) notAdmin(platform, where string) error {
	key := "rights.admins"
	if platform == discord {
		key = "rights.managers"
	}

	return w.refuse(pickVariant(key, where), "where", where)
}

func (w words) nothingFollowed(where string) *adapters.Message {
	return w.say(pickVariant("list.empty", where), "where", where)
}

func (w words) inviteOnly(who string) *adapters.Message {
	if who == "" {
		return w.say("access.invite_only")
	}

	return w.say("access.invite_only_id", "id", who)
}

// follows says who follows a subscription; which is "now" or "already".
func (w words) follows(p target, which string, subscription adapters.Span) adapters.Line {
	who := "_group"

	switch {
	case p.own:
		who = "_you"
	case !p.here:
		who = "_in"
	case strings.Contains(p.Address, "/"):
		who = "_topic"
	case p.Platform == discord || p.Kind == adapters.Channel:
		who = "_channel"
	}

	return w.Line("subscribe."+which+who, "subscription", subscription, "where", p.name(w))
}

// schedule says when alerts come, by the texts of a section; "" means at once.
func (w words) schedule(section string, d subscriptions.Schedule, zone *time.Location) string {
	if d.Kind == subscriptions.AtOnce {
		return ""
	}

	key, days := "daily", d.Days.List()

	switch {
	case d.Kind == subscriptions.Hourly:
		key = "hourly"
	case d.Days == subscriptions.Workdays:
		key = "workdays"
	case len(days) == 1:
		key = strings.ToLower(days[0].String())
	case len(days) > 1:
		key = "days"
	}

	return w.Say(section+"."+key, "time", w.ShortClock(d.Minute), "zone", zonefinder.LabelOf(zone.String()), "days", w.days(days))
}

// days lists days of the week, short: "Mon and Thu".
func (w words) days(days []time.Weekday) string {
	names := make([]string, 0, len(days))
	for _, day := range days {
		names = append(names, w.Say("weekday."+strings.ToLower(day.String())))
	}

	return w.And(names)
}

// counts is "Last 7 days: 5 stories, 12 articles, 4 outlets, about 1 a day."
func (w words) counts(c *search.Result, now time.Time) string {
	period := w.Say("search.last_days", "n", int(c.Span/(24*time.Hour)))
	if c.Cut {
		period = w.Say("search.since", "since", w.DateTime(c.Since.UTC()))
	}

	key := "search.articles"

	switch c.Articles {
	case 0:
		return w.noMatches(c, period, now)
	case 1:
		return w.Say("search.one_story", "period", period)
	case c.Stories:
		key = "search.stories"
	}

	rate := c.PerDay(now)
	if rate > 0 {
		key += "_rate"
	}

	return w.Say(key, "period", period, "stories", c.Stories, "articles", c.Articles, "outlets", c.Outlets, "rate", rate)
}

// noMatches says that nothing matched, and of how much: a bot that was just set up has
// not read much.
func (w words) noMatches(c *search.Result, period string, now time.Time) string {
	switch {
	case c.Looked == 0 && !c.Cut:
		return w.Say("search.nothing_read")
	case !c.Cut && now.Sub(c.FirstSeen) < c.Span*9/10:
		return w.Say("search.nothing_since", "n", c.Looked, "since", w.Moment(c.FirstSeen, now, time.UTC))
	default:
		return w.Say("search.nothing", "period", period)
	}
}

// flood asks before a query is followed that matches too much.
func (w words) flood(perDay int, share float64) string {
	if share >= search.AskShare {
		return w.Say("subscribe.flood_share", "percent", int(share*100), "n", perDay)
	}

	return w.Say("subscribe.flood", "n", perDay)
}

// conditionsNamed is how many conditions of a query are named at most.
const conditionsNamed = 5

// conditions says how many articles meet each condition of a query, those first that
// none meets.
func (w words) conditions(conditions []index.Condition) string {
	var parts []string

	for _, c := range slices.SortedStableFunc(slices.Values(conditions), func(a, b index.Condition) int { return cmp.Compare(a.Articles, b.Articles) }) {
		key := "advice.none"

		switch {
		case len(parts) == 0 && c.Articles == 0:
			key = "advice.first_none"
		case len(parts) == 0:
			key = "advice.first_some"
		case c.Articles > 0:
			key = "advice.some"
		}

		parts = append(parts, w.Say(key, "query", w.inWords(c.Query), "n", c.Articles))
	}

	if len(parts) > conditionsNamed {
		parts = append(parts[:conditionsNamed], "…")
	}

	return w.Say("advice.conditions", "conditions", w.Commas(parts))
}

// listHead is "2 subscriptions in #news with drone, page 1 of 3:".
func (w words) listHead(n int, where string, page listPage, pages int) string {
	key := "list.head"
	if where != "" {
		key += "_in"
	}

	if page.filter != "" {
		key += "_with"
	}

	return w.paged(w.Say(key, "n", n, "where", where, "words", buttonLabel(page.filter)), page.number, pages)
}

// paged is the head of a page; page counts from 0.
func (w words) paged(head string, page, pages int) string {
	if pages > 1 {
		return w.Say("list.end_page", "head", head, "page", page+1, "pages", pages)
	}

	return w.Say("list.end", "head", head)
}

// state says that a chat is not active, nil if it is.
func (w words) state(c *store.Chat, zone *time.Location) adapters.Line {
	switch {
	case c.State == store.Paused && c.PausedUntil.IsZero():
		return w.Line("state.paused")
	case c.State == store.Paused:
		return w.Line("state.paused_until", "until", w.moment(c.PausedUntil, zone))
	case c.State == store.Asleep:
		return adapters.Line{adapters.Plain(events.WhyAsleep(w.Texts, c.Reason))}
	default:
		return nil
	}
}

// holdTime is how long alerts are held for a paused chat (store.MarkAway).
const holdTime = 24 * time.Hour

func (w words) paused(where string, until, now time.Time, zone *time.Location) adapters.Line {
	key := "pause.short"

	switch {
	case until.IsZero():
		key = "pause.forever"
	case until.Sub(now) > holdTime:
		key = "pause.long"
	}

	return w.Line(pickVariant(key, where), "where", where, "until", w.moment(until, zone))
}

func (w words) resumed(where string, held int, away bool) string {
	key := "pause.resumed"
	if away {
		key = "pause.resumed_away"
	}

	return w.Say(pickVariant(key, where), "where", where, "n", held)
}

// health says how a source is doing.
func (w words) health(s *store.Source, now time.Time) string {
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

func (w words) sourcesHead(n, failing, page, pages int) string {
	key := "sources.head"
	if failing > 0 {
		key = "sources.head_failing"
	}

	return w.paged(w.Say(key, "n", n, "failing", failing), page, pages)
}

func (w words) noFeed(reason string) *adapters.Message {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return w.say("sources.no_feed")
	}

	return w.say("sources.unreadable", "reason", strings.TrimSuffix(w.Translate(reason), "."))
}

// sourceAdded says what will come of a source, with the chat's number of subscriptions.
func (w words) sourceAdded(name, newest string, subscriptions int) string {
	added := w.Say("sources.added", "name", name)
	if newest != "" {
		added = w.Say("sources.added_newest", "name", name, "title", strings.TrimSuffix(newest, "."))
	}

	if subscriptions == 0 {
		return w.Sentences(added, w.Say("sources.added_unfollowed"))
	}

	return w.Sentences(added, w.Say("sources.added_followed"))
}

func (w words) statusHead(p store.PollTimes) string {
	switch {
	case p.Sources == 0:
		return w.Say("status.nothing")
	case p.Last.IsZero():
		return w.Say("status.started")
	case isUnreachable(p):
		return w.Say("status.unreachable")
	default:
		return w.Say("status.working")
	}
}

// isUnreachable reports whether every source that was asked fails.
func isUnreachable(p store.PollTimes) bool { return p.Failing > 0 && p.Failing == p.Sources-p.Unread }

func (w words) statusPolls(p store.PollTimes, now time.Time) string {
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

func (w words) statusFollows(n int, p target) string {
	switch {
	case p.here:
		return w.Say("status.here", "n", n)
	case p.own:
		return w.Say("status.direct", "n", n)
	default:
		return w.Say("status.in", "n", n, "where", p.name(w))
	}
}

func (w words) statusAlerts(c store.Counts) string {
	counts := w.sentCounts(c)
	if c.Waiting > 0 {
		counts = append(counts, w.Say("status.waiting", "n", c.Waiting))
	}

	return w.Say("status.alerts", "counts", w.Commas(counts))
}

// sentCounts counts the alerts that were sent; those that a digest had no room for are
// only a number at its end.
func (w words) sentCounts(c store.Counts) []string {
	counts := []string{w.Say("status.sent", "n", c.Sent)}
	if c.Folded > 0 {
		counts = append(counts, w.Say("status.folded", "n", c.Folded))
	}

	return counts
}

func (w words) statusOperator(c store.Counts, articles int, oldest, now time.Time) string {
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

// modelCost says what a language model has used today, and what that costs where the price of
// a million tokens is known.
func (w words) modelCost(tokens int, price float64) adapters.Line {
	if price == 0 {
		return w.Line("status.model", "n", tokens)
	}

	return w.Line("status.model_cost", "n", tokens, "cost", strconv.FormatFloat(float64(tokens)/1e6*price, 'f', 2, 64))
}

// hit is "• #2 drone: matched “drone” and “drones”".
func (w words) hit(h store.AlertHit) adapters.Line {
	name := adapters.Bold("#" + strconv.Itoa(h.Number) + " " + h.Query)
	if len(h.Matched) == 0 {
		return adapters.Line{adapters.Plain("• "), name}
	}

	quoted := make([]string, len(h.Matched))
	for i, word := range h.Matched {
		quoted[i] = w.Quote(word)
	}

	return w.Line("why.matched", "subscription", name, "words", w.And(quoted))
}

// verdict says how a language model judged an alert for a subscription; nil: it had not to.
func (w words) verdict(h store.AlertHit, a *store.Alert) adapters.Line {
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

// hits are the subscriptions that an alert matches, with what was judged.
func (w words) hits(a *store.Alert) (lines adapters.Text) {
	for _, h := range a.Hits {
		lines = append(lines, w.hit(h))
		if verdict := w.verdict(h, a); verdict != nil {
			lines = append(lines, verdict)
		}
	}

	return lines
}

// articleTimes says when an article was published and seen.
func (w words) articleTimes(a *store.Article, zone *time.Location) adapters.Line {
	seen := w.moment(a.SeenAt, zone)
	if a.News.Published.IsZero() {
		return w.Line("why.seen", "seen", seen)
	}

	return w.Line("why.published", "published", w.moment(a.News.Published, zone), "seen", seen)
}

// outcome says what became of an alert, and by which rule.
func (w words) outcome(a *store.Alert, c *store.Chat, zone *time.Location) adapters.Text {
	text := adapters.Text{w.alertState(a, c, zone)}
	if rule := w.rule(a); rule != nil {
		text = append(text, rule)
	}

	return text
}

// alertState says what became of an alert.
func (w words) alertState(a *store.Alert, c *store.Chat, zone *time.Location) adapters.Line {
	switch a.State {
	case "sent":
		return w.Line("why.sent")
	case "folded":
		return w.Line("why.folded")
	case "dropped":
		return w.dropped(a.Reason, c.Platform)
	}

	switch {
	case c.State == store.Paused:
		return w.Line("why.waits_paused")
	case c.State == store.Asleep:
		return w.Line("why.waits_asleep", "why", events.WhyAsleep(w.Texts, c.Reason))
	case a.DueAt.After(time.Now()):
		return w.held(a, w.moment(a.DueAt, zone))
	default:
		return w.Line("why.on_its_way")
	}
}

func (w words) dropped(reason, platform string) adapters.Line {
	switch reason {
	case store.DroppedUnsubscribed:
		return w.Line("why.dropped_unsubscribed")
	case store.DroppedFollowed:
		return w.Line("why.told_in_followed")
	case store.DroppedUnfollowed:
		return w.Line("why.dropped_unfollowed")
	case store.DroppedMuted:
		return w.Line("why.dropped_muted")
	case store.DroppedGone:
		return w.Line("why.dropped_gone")
	case store.DroppedAway:
		return w.Line("why.dropped_away")
	case store.DroppedRefused:
		return w.Line("why.dropped_refused", "platform", strings.ToUpper(platform[:1])+platform[1:])
	case store.DroppedMerged:
		return w.Line("why.dropped_merged")
	case store.DroppedCalm:
		return w.Line("why.dropped_calm")
	case store.DroppedJudged:
		return w.Line("why.dropped_judged")
	case store.DroppedFew:
		return w.Line("why.dropped_few")
	case store.DroppedExpired:
		return w.Line("why.dropped_expired")
	default:
		return w.Line("why.dropped_other", "reason", w.Translate(reason))
	}
}

func (w words) testSent(where string) *adapters.Message {
	return w.say(pickVariant("test.sent", where), "where", where)
}

func (w words) testFailed(where, problem string, missing []string) *adapters.Message {
	if len(missing) > 0 {
		return w.missing(where, missing)
	}

	return w.say(pickVariant("test.failed", where), "where", where, "reason", w.Translate(problem))
}

// askForget asks before everything is deleted.
func (w words) askForget(where string, own bool, n int) adapters.Text {
	key := "forget.in"

	switch {
	case own:
		key = "forget.own"
	case where == "":
		key = "forget.here"
	}

	return adapters.Text{w.Line(key, "where", where, "n", n), w.Line("forget.final")}
}

// completeWhen are values of when: that are offered.
func (w words) completeWhen() []adapters.Choice {
	return []adapters.Choice{
		{Label: w.Say("choice.now"), Value: "now"},
		{Label: w.Say("choice.hourly"), Value: "hourly"},
		{Label: w.Say("choice.morning"), Value: "8:00"},
		{Label: w.Say("choice.evening"), Value: "18:00"},
		{Label: w.Say("choice.monday"), Value: "monday 8:00"},
	}
}

// completeFor are lengths of a pause that are offered.
func (w words) completeFor() []adapters.Choice {
	return []adapters.Choice{
		{Label: w.Say("choice.hour"), Value: "1h"},
		{Label: w.Say("choice.hours"), Value: "8h"},
		{Label: w.Say("choice.day"), Value: "1d"},
		{Label: w.Say("choice.week"), Value: "1w"},
	}
}

// picture says what a story's picture shows and whose it is, "" if neither is known.
func (w words) picture(s *page.Story) string {
	switch {
	case s.Caption != "" && s.Credit != "":
		return w.Say("story.caption_photo", "caption", s.Caption, "credit", s.Credit)
	case s.Credit != "":
		return w.Say("story.photo", "credit", s.Credit)
	}

	return s.Caption
}

// storyOutlet names an outlet that may not be known.
func (w words) storyOutlet(name string) string {
	if name == "" {
		return w.Say("story.unnamed_outlet")
	}

	return name
}

// outletLabels is what a reader should know of the outlet of an article: " (state-funded, news
// agency, paywall)".
func (w words) outletLabels(address string) string {
	var labels []string
	for _, label := range page.LabelsOf(news.Host(address)) {
		labels = append(labels, w.Say(label.Key))
	}

	if len(labels) == 0 {
		return ""
	}

	return w.Say("format.brackets", "text", w.Commas(labels))
}

// mute says something of a mute: key is "mute.muted", "mute.line" or "mute.unmuted",
// whose variants tell of a story and of an end.
func (w words) mute(key string, n int, m *store.Mute, zone *time.Location) string {
	if m.Kind == store.MuteStory {
		key += "_story"
	}

	if m.Kind == store.MuteWord && w.Has(key+"_word") {
		key += "_word"
	}

	until := ""
	if !m.Until.IsZero() && w.Has(key+"_until") {
		key, until = key+"_until", w.Moment(m.Until, time.Now(), zone)
	}

	return w.Say(key, "n", n, "what", m.Label, "until", until)
}

// zoneLine is "Time zone: Warsaw, where it's 14:05 now".
func (w words) zoneLine(zone *time.Location, set bool, now time.Time) string {
	key := "settings.zone"
	if !set {
		key = "settings.zone_unset"
	}

	return w.Say(key, "zone", zonefinder.LabelOf(zone.String()), "time", w.Clock(now.In(zone)))
}

// quiet is the line of the settings about quiet hours.
func (w words) quiet(stored string) string {
	q, err := subscriptions.ParseQuiet(stored)
	if err != nil || q.String() == "" {
		return w.Say("settings.quiet_none")
	}

	return w.quietText("settings.quiet", q)
}

// quietSet says what quiet hours do now.
func (w words) quietSet(q subscriptions.Quiet) string {
	if q.String() == "" {
		return w.Say("settings.quiet_off")
	}

	return w.quietText("settings.quiet_set", q)
}

// quietText says what quiet hours hold, and what they let through.
func (w words) quietText(key string, q subscriptions.Quiet) string {
	switch {
	case q.Outlets > 0 && q.Except != "":
		key += "_both"
	case q.Outlets > 0:
		key += "_outlets"
	case q.Except != "":
		key += "_word"
	}

	from, to, _ := strings.Cut(q.Hours(), "-")

	return w.Say(key, "from", from, "to", to, "n", q.Outlets, "word", q.Except)
}

// announced says who gets an announcement.
func (w words) announced(chats int, text string, sent bool) adapters.Text {
	if sent {
		return append(w.lines("operator.announced", "n", chats), adapters.Say(text)...)
	}

	return append(append(w.lines("operator.announcing", "n", chats), adapters.Say(text)...), w.Line("operator.announce_send"))
}

// formatID writes the number of a row for the data of a button.
func formatID(n int64) string { return strconv.FormatInt(n, 10) }

// buttonLabel shortens text to 40 characters (adapters.Button).
func buttonLabel(s string) string {
	s = strings.Join(strings.Fields(s), " ")

	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}

	r := []rune(s)[:most-1]

	return strings.TrimRight(string(r), " ") + "…"
}

// asSentence gives a clause its capital and its full stop.
func asSentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}

	first, size := utf8.DecodeRuneInString(s)
	if word, _, _ := strings.Cut(s, " "); !strings.HasSuffix(word, ":") { // "when: takes …" keeps its name
		s = string(unicode.ToUpper(first)) + s[size:]
	}

	if last, _ := utf8.DecodeLastRuneInString(s); !strings.ContainsRune(".!?…)。।؟", last) {
		s += "."
	}

	return s
}

// cutLabel cuts the label of a button to what all platforms show.
func cutLabel(s string) string { return news.Shorten(s, maxLabel) }

// maxLabel is the length of a button's label, in characters.
const maxLabel = 38

// held says what a waiting alert waits for.
func (w words) held(a *store.Alert, when adapters.Span) adapters.Line {
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

// rule says which rule let an alert through quiet hours or left it to a digest; nil: none.
func (w words) rule(a *store.Alert) adapters.Line {
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

// delivery says how a subscription is delivered, in sentences; none: at once.
func (w words) delivery(delivery string, c *store.Chat, zone *time.Location) (lines adapters.Text) {
	plan, err := subscriptions.ParsePlan(delivery, c.Digest, "", "", nil)
	if err != nil {
		return nil
	}

	if when := w.schedule("alerts_come", plan.When(), zone); when != "" && !plan.Delivery.Spike {
		lines = append(lines, adapters.Line{adapters.Plain(when)})
	}

	if plan.Delivery.Max > 0 {
		lines = append(lines, w.Line("subscribe.max", "n", plan.Delivery.Max))
	}

	if plan.Delivery.Urgent {
		lines = append(lines, w.Line("subscribe.urgent"))
	}

	if plan.Delivery.Spike {
		lines = append(lines, w.Line("subscribe.spike"))
	}

	if plan.Delivery.Thread {
		lines = append(lines, w.Line("subscribe.thread"))
	}

	return lines
}

// deliveryNotes say the same of a subscription for a list.
func (w words) deliveryNotes(s *store.Subscription, c *store.Chat, zone *time.Location) (notes []string) {
	d, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return nil
	}

	switch when := w.schedule("schedule", d.When, zone); {
	case when != "":
		notes = append(notes, when)
	case d.Own && c.Digest != "":
		notes = append(notes, w.Say("schedule.now"))
	}

	if d.Max > 0 {
		notes = append(notes, w.Say("list.max", "n", d.Max))
	}

	if d.Urgent {
		notes = append(notes, w.Say("list.urgent"))
	}

	if d.Spike {
		notes = append(notes, w.Say("list.spike"))
	}

	if d.Thread {
		notes = append(notes, w.Say("list.thread"))
	}

	if s.Only != "" {
		notes = append(notes, w.Say("list.only", "only", s.Only))
	}

	return notes
}
