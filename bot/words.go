package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/events"
	"newsbell/bot/wording"
	"newsbell/locales"
	"newsbell/news"
	"newsbell/store"
)

// words are the texts of one language, with what picks among them. What is said stands
// in package locales.
type words struct{ wording.Words }

func wordsIn(t *locales.Texts) words { return words{wording.Words{Texts: t}} }

// say is a message of one text.
func (w words) say(key string, pairs ...any) *adapters.Message {
	return &adapters.Message{Text: w.Lines(key, pairs...)}
}

// refuse is an error that is the reply: no, and nothing changed.
func (w words) refuse(key string, pairs ...any) error { return &refusal{w.say(key, pairs...)} }

// missing names the rights that the bot lacks.
func (w words) missing(where string, rights []string) *adapters.Message {
	return w.say(wording.PickVariant("rights.missing", where), "where", where, "rights", w.And(rights))
}

// notAdmin says who may set up alerts.
func (w words) notAdmin(platform, where string) error {
	key := "rights.admins"
	if platform == discord {
		key = "rights.managers"
	}

	return w.refuse(wording.PickVariant(key, where), "where", where)
}

func (w words) nothingFollowed(where string) *adapters.Message {
	return w.say(wording.PickVariant("list.empty", where), "where", where)
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

// listHead is "2 subscriptions in #news with drone, page 1 of 3:".
func (w words) listHead(n int, where string, page listPage, pages int) string {
	key := "list.head"
	if where != "" {
		key += "_in"
	}

	if page.filter != "" {
		key += "_with"
	}

	return w.Paged(w.Say(key, "n", n, "where", where, "words", buttonLabel(page.filter)), page.number, pages)
}

func (w words) noFeed(reason string) *adapters.Message {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return w.say("sources.no_feed")
	}

	return w.say("sources.unreadable", "reason", strings.TrimSuffix(w.Translate(reason), "."))
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

func (w words) testSent(where string) *adapters.Message {
	return w.say(wording.PickVariant("test.sent", where), "where", where)
}

func (w words) testFailed(where, problem string, missing []string) *adapters.Message {
	if len(missing) > 0 {
		return w.missing(where, missing)
	}

	return w.say(wording.PickVariant("test.failed", where), "where", where, "reason", w.Translate(problem))
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

// cutLabel cuts the label of a button to what all platforms show.
func cutLabel(s string) string { return news.Shorten(s, maxLabel) }

// maxLabel is the length of a button's label, in characters.
const maxLabel = 38

// State says that a chat is not active, nil if it is.
func (w words) State(c *store.Chat, zone *time.Location) adapters.Line {
	switch {
	case c.State == store.Paused && c.PausedUntil.IsZero():
		return w.Line("state.paused")
	case c.State == store.Paused:
		return w.Line("state.paused_until", "until", w.MomentSpan(c.PausedUntil, zone))
	case c.State == store.Asleep:
		return adapters.Line{adapters.Plain(events.WhyAsleep(w.Texts, c.Reason))}
	default:
		return nil
	}
}
