package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/bot/page"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	zonefinder "newsbell/subscriptions/zone"
)

// All that people read in a chat stands in this file.

// Buttons.
const (
	btnUndo           = "Undo"
	btnSubscribe      = "Subscribe"
	btnBoth           = "Include both"
	btnPreview        = "Preview"
	btnUnsubscribe    = "Unsubscribe"
	btnUnsubscribeAll = "Unsubscribe all"
	btnAsTyped        = "As I typed it"
	btnAllOfIt        = "Yes, all of them"
	btnOnceADay       = "Once a day"
	btnNarrow         = "Narrow it"
	btnKeep           = "Keep"
	btnCancel         = "Cancel"
	btnDone           = "Done"
	btnBack           = "‹ Back"
	btnNext           = "More ›"
	btnResume         = "Resume"
	btnPause          = "Pause"
	btnStory          = "Story"
	btnWhy            = "Why?"
	btnZone           = "Time zone"
	btnQuiet          = "Quiet hours"
	btnMute           = "Mute"
	btnSame           = "Same story as: "
	btnMuteStory      = "This story"
	btnMuteAll        = "Everything for 8 hours"
	btnPauseFor       = "For "
	btnForgetAll      = "Delete my data"
	btnForget         = "Delete everything"
	btnNews           = "Latest news"
	btnHelp           = "Help"
	btnPrivateChat    = "Open private chat"
	btnEverything     = "Everything from it"
	btnOnlyMatches    = "Only what I follow"
	btnFollowSite     = "Follow site:"
	btnWhyNot         = "Why no alert?"
)

// The command table: what each does.
const (
	sumSubscribe     = "Get an alert when something new matches"
	sumUnsubscribe   = "Unsubscribe from something"
	sumList          = "Your subscriptions"
	sumPreview       = "What a query would have matched in the last 7 days"
	sumNews          = "The latest stories"
	sumPause         = "Pause alerts"
	sumResume        = "Resume alerts"
	sumSources       = "News sources: by country and topic, or your own"
	sumSourcesList   = "All sources and their status"
	sumSourcesAdd    = "Add a feed or a site"
	sumSourcesBrowse = "Outlets by country and topic"
	sumSourcesRemove = "Remove a source you added"
	sumStatus        = "Is everything working?"
	sumSettings      = "Your time zone and quiet hours"
	sumMutes         = "What's muted here"
	sumStory         = "Who reports a story, in short, and what's related"
	sumWhy           = "Why you got an alert, or didn't"
	sumTest          = "Send a sample alert"
	sumPrivacy       = "What is kept about you"
	sumForget        = "Delete everything about me"
	sumCancel        = "Cancel the current question"
	sumHelp          = "All commands, or details on one"
	sumStart         = "Start here"

	optQuery       = `What to follow: drone, "climate change", tesla -stock`
	optPreview     = "What to search for"
	optNews        = "Only stories about this"
	optTo          = "A channel you manage; otherwise alerts come to you"
	optWhen        = "now, hourly, daily, weekly, or a time such as 8:00 or 6pm"
	optPing        = "A role to mention in each alert"
	optWhich       = "Its number or its words"
	optFor         = "2h, 1 day, until 18:30, until monday; empty: until you resume"
	optAddress     = "A feed or a site, such as bbc.com"
	optSource      = "Its name or address"
	optBundleWords = "A country or a topic; empty: all of them"
	optSourceWords = "Words of its name or address"
	optKey         = "zone or quiet; empty: show all"
	optValue       = "What to set it to"
	optStory       = "A link to an article; empty: the latest alert"
	optWhy         = "A link or a subscription's number; empty: the latest alert"
	optCommand     = "The command to explain, or: queries"

	labelQueries = "queries: how to write a query"
)

// The command table: examples of each command, and what they do.
var (
	useSubscribe = []string{
		"/subscribe drone – a word, singular or plural",
		`/subscribe "climate change" -opinion – a phrase, without a word`,
		"/subscribe tesla OR spacex – either one",
		"/subscribe when:8:00 election* – once a day; any word that starts like this",
		"/subscribe to:#news drone – in a channel you manage",
	}
	useUnsubscribe = []string{"/unsubscribe – pick one", "/unsubscribe 2 – by number", "/unsubscribe drone – by its words", "/unsubscribe all"}
	useList        = []string{"/list", "/list to:#news – of a channel you manage"}
	usePreview     = []string{"/preview drone -toy"}
	useNews        = []string{"/news", "/news climate"}
	usePause       = []string{"/pause – until you /resume", "/pause 2h", "/pause until 18:30", "/pause 3 days", "/pause until monday"}
	useResume      = []string{"/resume"}
	useSources     = []string{"/sources – all of them, with their status", "/sources browse – outlets by country and topic", "/sources add poland – read the outlets of a country or topic", "/sources add bbc.com – finds the site's feeds", "/sources remove BBC – one that was added here"}
	useStatus      = []string{"/status"}
	useSettings    = []string{"/settings – what's set here", "/settings zone Warsaw – a city, a country, or what your clock shows", "/settings quiet 22:00-7:00 – hold alerts at night", "/settings quiet off"}
	useMutes       = []string{"/mutes – what's muted here, each with a button to end it"}
	useStory       = []string{"/story – the story of the latest alert", "/story https://… – the story of an article"}
	useWhy         = []string{"/why – the latest alert", "/why 2 – the latest alert for subscription #2", "/why https://… – what happened to an article", "/why to:#news – the latest alert in a channel"}
	useTest        = []string{"/test"}
	usePrivacy     = []string{"/privacy"}
	useForget      = []string{"/forget – asks before it deletes anything"}
	useHelp        = []string{"/help", "/help subscribe", "/help queries"}
	useCancel      = []string{"/cancel"}
	useStart       = []string{"/start"}
)

// The command table: what else to know.
const (
	moreSubscribe   = "How to write queries: /help queries"
	moreUnsubscribe = "You can undo it for a day."
	morePreview     = "It searches the last 7 days with the same rules that alerts follow."
	morePause       = "I hold alerts for up to a day and send them as a digest. After that, catch up with /news."
	moreSources     = "Sources you add are only for this chat. The ones the operator set up are for everyone."
	moreMutes       = "Mute a story or an outlet with the button below an alert."
	moreStory       = "You can also press Story below an alert, or reply to it with /story."
	moreWhy         = "You can also press Why? below an alert, or reply to it with /why."
	moreForget      = "It deletes subscriptions, sources and alert history. Messages already sent stay where they are."
)

// Asking.
const (
	askSubscribe    = "What should I look out for? Send me the words, or /cancel."
	askPreview      = "What should I search for? Send me the words, or /cancel."
	askSource       = "Which feed or site? Send me its address, or /cancel."
	askUnsubscribe  = "Which subscription do you want to end?"
	askRemoveSource = "Which source do you want to remove?"

	hintZone   = "Warsaw, Japan, 14:05"
	hintQuiet  = "22:00-7:00"
	hintQuery  = `drone, "climate change", tesla -stock`
	hintSource = "bbc.com"
)

// Answers, in the order of the code.
const (
	textInternalError   = "Something went wrong on my side, and nothing changed. Please try again in a minute."
	textFull            = "The disk is full, so I couldn't save that. Nothing changed; the operator needs to free some space."
	textBusy            = "One moment: I'm still working on your last messages. Please try again in a minute."
	textSearchedMuch    = "That was a lot of searching. Please give me a minute, then try again."
	textNoFiles         = "I can't read files yet. Send me words to follow, or see /help."
	textNothingToCancel = "There's nothing to cancel."
	textCancelled       = "Cancelled."
	textNothingChanged  = "Nothing changed."
	textButtonExpired   = "This button has expired. Please send the command again."
	textLinkExpired     = "That link has expired. Ask for a new one in the group."
	textTooLate         = "It's too late to undo that. Please subscribe again."
	textEdited          = "I don't read changes to earlier messages. Please send it again as a new one."
	textUnknownPerson   = "I can't tell who you are here. Please write to me in a private chat."
	textNotYours        = "That belongs to someone else."

	textWelcomeBack       = "You're welcome!"
	textStop              = "What should I stop?"
	textLess              = "I can send you fewer alerts like this one:"
	textOffer             = "Want alerts about %?"
	textOfferAddress      = "What should I do with this page?"
	textDidYouMean        = "Did you mean: "
	textForExample        = "For example: "
	textNote              = "Note: "
	textChanged           = "Updated %."
	textStillPaused       = "Alerts are paused here. Send /resume to get them."
	textEnded             = "Unsubscribed from %."
	textAlreadyEnded      = "You'd already unsubscribed from %."
	textAllEnded          = "You've already unsubscribed from everything behind this alert."
	textAlreadySubscribed = "Already subscribed to %."
	textRestored          = "Subscribed to % again."
	textNewest            = "Newest: "
	textLastAlert         = "Last alert: "
	textYourID            = "Your ID: "

	textPrivateChat = "I'll send your alerts in a private chat. Only admins can set up alerts in this group."
	textOnlyHere    = "In the terminal, alerts can only come here."
	textNoRights    = "I couldn't check who may do that just now. Please try again in a minute."
	textPings       = "Each alert mentions "
	textPing        = "ping: needs a role of this server, and to: with one of its channels."
	textNoAdapter   = "I'm not connected there"
	textSentLater   = "Done! The details will follow in your direct messages in a moment, and that's where your alerts will arrive."
	textSentDirect  = "Done! The details are in your direct messages, and that's where your alerts will arrive."
	textOpened      = "Your direct messages are open, and alerts are back on."
	textClosed      = "Your direct messages are closed, so I can't reach you yet. Open them (server menu, Privacy Settings, Direct Messages), then send /resume."
	textClosedKept  = textClosed + " Your subscription is saved."
	textClosedTest  = "Your direct messages are closed, so I can't reach you. Open them (server menu, Privacy Settings, Direct Messages), then try again."

	textBack      = "I'm back. Everything followed here carries on: /list"
	textWhileAway = "You were away for over a day. Catch up with /news"

	textNoSources     = "There are no sources yet. Add one: /sources add bbc.com"
	textSourcesHow    = "Add your own: /sources add bbc.com. By country and topic: /sources browse"
	textFeedFound     = "% publishes a feed. What do you want from it?"
	textNotFollowable = "Its address is too long for a query. Subscribe to words instead."
	textNoFetcher     = "I can't look for feeds here."
	textNoOwnSources  = "No sources were added here, so there's nothing to remove. The others are set up by the operator."
	textSourceGone    = "That source was already removed."

	healthNew = "not checked yet"
	healthOff = "turned off"

	textNoStory          = "I have no story there. Send /story with an article's link, or reply to an alert with it."
	textZoneNotSet       = "I don't know your time zone yet. Set it, and this will come at your time of day."
	textSettings         = "Settings"
	textSettingsHow      = "I know two settings: /settings zone Warsaw and /settings quiet 22:00-7:00"
	textAskZone          = "Which city or country are you in? You can also tell me what your clock shows, such as 14:05."
	textAskQuiet         = "When should I hold alerts? For example 22:00-7:00, or off."
	textWhichZone        = "Which of these is yours?"
	textMuteWhat         = "What should I mute?"
	textNothingMuted     = "Nothing is muted here."
	textSameKept         = "Thanks, noted: it's the same story. It stays on this machine and helps to group stories better."
	textMuteGone         = "That's not muted any more. /mutes shows what is."
	textInShort          = "In short"
	textHeadlines        = "Who reports it"
	textRelated          = "Related"
	textWhyNothing       = "No alerts here yet. To ask about an article, send /why with its link."
	textWhyHow           = "Reply to an alert with /why, or send /why with a link or a subscription's number: /why 2"
	textStillChecking    = "It just came in and I'm still checking it. Ask again in a moment."
	textSameStory        = "It's the same story as this one, and a story alerts once: "
	textMatchesButSilent = "It matches, but no alert was sent:"
	textMatchesNothing   = "No alert: it doesn't match any of your subscriptions:"
	textLatestAlert      = "Latest alert for %:"
	textNeverAlerted     = "No alert yet for %."

	quietBaseline = "it was already in the feed when I first read it; only new articles alert"
	quietRelaunch = "its source replaced all its articles at once, which looks like a move, not news"
	quietOld      = "it was already old when I first saw it"
	quietLater    = "it came in before you subscribed"
	quietAway     = "alerts were off here"
	quietSlow     = "its regex takes too long, so I skipped some articles"
	quietOther    = "it changed after I checked it, or its story had alerted before"

	lackSlow = "its regex takes too long on this article, so I skipped it"
	lackSome = "it doesn't match"

	textForgotten = "Everything is deleted. To start over: /start"
	textAliases   = "Also: "

	textHelpHead = "I watch the news and alert you once per story. Commands:"
	textHelpFoot = "More: /help subscribe, /help queries"
	textNews     = "Latest news"

	whenHourly = "every hour"
	nameDirect = "your direct messages"

	sampleTitle   = "Sample: this is what an alert looks like"
	sampleURL     = "https://example.com/newsbell-sample"
	sampleOutlet  = "Newsbell"
	sampleSummary = "A one- or two-sentence summary goes here. Below it you see which words matched, and the title opens the article."
	sampleWord    = "sample"
)

var textPrivacy = []string{
	"I keep your ID on this platform, what you follow, the sources you added, and your alerts of the last 30 days.",
	"It stays with the operator of this bot and goes nowhere else. /forget deletes all of it at once.",
}

var textNeverSeen = []string{
	"I haven't seen this page: none of the sources for this chat has listed it.",
	"/sources shows them; /sources add bbc.com adds one.",
}

func textWelcome() adapters.Text {
	return adapters.Text{
		{adapters.Bold("Hi, I'm Newsbell 🔔")},
		{adapters.Plain("I watch the news and alert you once per story, however many outlets report it.")},
		{},
		{adapters.Plain("Follow something: "), adapters.Code("/subscribe drone")},
		{adapters.Plain("See what it would have matched: "), adapters.Code("/preview drone")},
		{adapters.Plain("Everything else: /help")},
	}
}

func helpQueries() adapters.Text {
	rows := [][2]string{
		{"climate change", "both words, anywhere"},
		{`"climate change"`, "this exact phrase"},
		{"tesla OR spacex", "either one; tesla | spacex works too"},
		{"tesla, spacex launch", "a list: any item on it"},
		{"tesla -stock", "without this word"},
		{"(tesla OR spacex) musk", "brackets group words"},
		{"elect*", "any word that starts like this"},
		{"title:merger", "only in the title; also text: outlet: source: site: author: tag: lang: country:"},
		{`"rate cut"~5`, "close together, in any order"},
		{"=WHO", "exactly as written, capitals included"},
	}

	text := adapters.Text{{adapters.Bold("How to write a query")}}
	for _, r := range rows {
		text = append(text, adapters.Line{adapters.Code(r[0]), adapters.Plain(" – " + r[1])})
	}

	return append(text, adapters.Line{adapters.Plain("I look for whole words; capitals, accents and plurals don't matter. Try one: /preview drone")})
}

func textUnknown(name string) string {
	return fmt.Sprintf("I don't know /%s. Everything I can do: /help", name)
}

func textUnknownNear(name, near string) string {
	return fmt.Sprintf("I don't know /%s. Did you mean /%s?", name, near)
}

func textInviteOnly(who string) string {
	if who == "" {
		return "This bot is invite-only. Ask its operator to add you."
	}

	return "This bot is invite-only. Ask its operator to add " + who + "."
}

func textOptionsFirst(option string) string {
	return fmt.Sprintf("Options go before the query: put %s first.", option)
}

func textLimit(limit int, chat bool) string {
	whose := "You've"
	if chat {
		whose = "This chat has"
	}

	return fmt.Sprintf("%s reached the limit of %d subscriptions. /unsubscribe from one first.", whose, limit)
}

func textNotAdmin(platform, where string) string {
	who := "admins"
	if platform == discord {
		who = "people with Manage Server"
	}

	return fmt.Sprintf("Only %s can set up alerts in %s.", who, cmp.Or(where, "this chat"))
}

func textMissing(where string, rights []string) string {
	if where == "" {
		return fmt.Sprintf("I can't post here yet. Give me %s, then try again.", joinWords(rights))
	}

	return fmt.Sprintf("I can't post in %s yet. Give me %s there, then try again.", where, joinWords(rights))
}

// textFollows says who follows a subscription (%); which is "now" or "already".
func textFollows(p target, which string) string {
	switch {
	case p.own:
		return "You " + which + " follow %."
	case !p.here:
		return p.name() + " " + which + " follows %."
	case strings.Contains(p.Address, "/"):
		return "This topic " + which + " follows %."
	case p.Platform == discord || p.Kind == adapters.Channel:
		return "This channel " + which + " follows %."
	default:
		return "This group " + which + " follows %."
	}
}

func textSchedule(when string) string { return "Alerts come " + when + "." }

func whenDaily(minute int, zone string) string {
	return fmt.Sprintf("daily at %d:%02d (%s)", minute/60, minute%60, zone)
}

func whenWeekly(day time.Weekday, minute int, zone string) string {
	return fmt.Sprintf("on %ss at %d:%02d (%s)", day, minute/60, minute%60, zone)
}

// countsText is "Last 7 days: 5 stories, 12 articles, 4 outlets, about 1 a day."
func (c *SearchResult) countsText(now time.Time) string {
	period := "Last " + durationText(c.span)
	if c.cut {
		period = "Since " + c.since.Format("2 Jan 15:04") + " UTC (I didn't look further back)"
	}

	rate := ""
	if n := c.perDay(now); n > 0 {
		rate = fmt.Sprintf(", about %d a day", n)
	}

	switch c.Articles {
	case 0:
		return c.nothingText(period, now)
	case 1:
		return period + ": 1 story."
	case c.Stories:
		return fmt.Sprintf("%s: %d stories, %s%s.", period, c.Stories, plural(c.Outlets, "outlet", "outlets"), rate)
	default:
		return fmt.Sprintf("%s: %s, %d articles, %s%s.", period, plural(c.Stories, "story", "stories"), c.Articles, plural(c.Outlets, "outlet", "outlets"), rate)
	}
}

// nothingText says that nothing matched, and of how much: a bot that was just set up
// has not read much.
func (c *SearchResult) nothingText(period string, now time.Time) string {
	switch {
	case c.looked == 0 && !c.cut:
		return "I haven't read any articles yet, so I can't say how many match."
	case !c.cut && now.Sub(c.firstSeen) < c.span*9/10:
		return fmt.Sprintf("I've read %s since %s, and none matches yet.", plural(c.looked, "article", "articles"), moment(c.firstSeen, now, time.UTC))
	default:
		return period + ": no matches."
	}
}

// textFlood asks before a query is followed that matches too much.
func textFlood(perDay int, share float64) string {
	if share >= askShare {
		return fmt.Sprintf("That matches %d%% of all articles, about %d alerts a day. Do you want them all?", int(share*100), perDay)
	}

	return fmt.Sprintf("That's about %d alerts a day. Do you want them all?", perDay)
}

const (
	textMany  = "Too many? I can send them as one digest a day."
	askNarrow = "Add a word to your query, or exclude one with a minus. What should it be?"
)

// conditionsNamed is how many conditions of a query are named at most.
const conditionsNamed = 5

// textConditions says how many articles meet each condition of a query, those first
// that none meets.
func textConditions(conditions []index.Condition) string {
	parts := []string{}

	for _, c := range slices.SortedStableFunc(slices.Values(conditions), func(a, b index.Condition) int { return cmp.Compare(a.Articles, b.Articles) }) {
		number := "in none"
		if c.Articles > 0 {
			number = "in " + plural(c.Articles, "article", "articles")
		}

		if len(parts) == 0 {
			number = "is " + number
		}

		parts = append(parts, c.Query.Words()+" "+number)
	}

	if len(parts) > conditionsNamed {
		parts = append(parts[:conditionsNamed], "…")
	}

	return "No article has all of it: " + strings.Join(parts, ", ") + "."
}

func textNearSpelling(words string) string {
	return "No article has " + words + ". Did you mean "
}

func textAdjectives(n int) string {
	return plural(n, "more article uses", "more articles use") + " the adjective: "
}

func textAndMore(n int) string { return fmt.Sprintf("… and %d more.", n) }

func textNothingFollowed(where string) string {
	if where == "" {
		return "No subscriptions here yet. Try: /subscribe drone"
	}

	return "No subscriptions in " + where + " yet. Try: /subscribe drone"
}

func textNoSuchSubscription(what string) string {
	return fmt.Sprintf("There's no subscription %s here. Pick one of these:", buttonLabel(what))
}

// textEndedMany is about many subscriptions at once, by their numbers.
func textEndedMany(n int, numbers string) string {
	return fmt.Sprintf("Unsubscribed from %d subscriptions: %s.", n, numbers)
}

func textRestoredMany(n int, numbers string) string {
	return fmt.Sprintf("Subscribed to %d again: %s.", n, numbers)
}

func textMissingNumbers(missing []int) string {
	words := make([]string, len(missing))
	for i, n := range missing {
		words[i] = fmt.Sprintf("#%d", n)
	}

	return "There's no " + strings.Join(words, ", ") + " here."
}

func textSeveralMatch(what string, n int) string {
	return fmt.Sprintf("%d subscriptions have %s. Which one do you want to end?", n, buttonLabel(what))
}

func textNothingListed(what string, n int) string {
	return fmt.Sprintf("None of the %s has %s. See all: /list", plural(n, "subscription", "subscriptions"), buttonLabel(what))
}

func textNoNumber(n int) string {
	return fmt.Sprintf("There's no subscription #%d here: /list", n)
}

func textUnsubscribeAll(n int) string {
	return fmt.Sprintf("Unsubscribe from %s?", allOf(n))
}

func allOf(n int) string {
	if n == 1 {
		return "the only subscription"
	}

	return fmt.Sprintf("all %d subscriptions", n)
}

func textLeft(n int) string {
	if n == 0 {
		return "That was the last one."
	}

	return plural(n, "subscription", "subscriptions") + " left: /list"
}

func textList(n int, where string, page listPage, pages int) string {
	s := plural(n, "subscription", "subscriptions")
	if where != "" {
		s += " in " + where
	}

	if page.filter != "" {
		s += " with " + buttonLabel(page.filter)
	}

	if pages > 1 {
		s += fmt.Sprintf(", page %d of %d", page.number+1, pages)
	}

	return s + ":"
}

func textChannelFollows(c *store.Chat, n int) string {
	s := fmt.Sprintf("%s has %s", c.Title, plural(n, "subscription", "subscriptions"))
	if isDeleted(c) {
		return s + ", but was deleted."
	}

	return s + "."
}

const btnMoveHere = "Move to this channel"

func textMoved(n int) string {
	return fmt.Sprintf("Moved %s to this channel: /list to:here", plural(n, "subscription", "subscriptions"))
}

// stateWords says that a chat is not active, "" if it is.
func stateWords(c *store.Chat, zone *time.Location) string {
	switch c.State {
	case store.Paused:
		if c.PausedUntil.IsZero() {
			return "Alerts are paused. /resume turns them back on."
		}

		return "Alerts are paused until " + moment(c.PausedUntil, time.Now(), zone) + ". /resume turns them back on now."
	case store.Asleep:
		return textAsleep(c.Reason)
	default:
		return ""
	}
}

func textAsleep(reason string) string {
	if reason == reasonDeleted {
		return "This channel was deleted, so no alerts come. You can move its subscriptions or unsubscribe."
	}

	return "I can't deliver alerts here (" + reasonWords(reason) + "). Once that's fixed, send /resume."
}

func reasonWords(reason string) string {
	switch reason {
	case reasonLeft:
		return "I was removed"
	case reasonBlocked:
		return "I was blocked"
	default:
		return strings.TrimSuffix(reason, ".")
	}
}

// moment is a time of day, with its date if it is not today.
func moment(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04") + " " + zoneName(at)
	}

	return at.Format("2 Jan 15:04") + " " + zoneName(at)
}

// withMoments is a sentence in which a platform that can shows these moments, in
// their order there, in the reader's own zone.
func withMoments(sentence string, zone *time.Location, moments ...time.Time) adapters.Line {
	var line adapters.Line

	for _, at := range moments {
		text := moment(at, time.Now(), zone)

		before, after, found := strings.Cut(sentence, text)
		if !found {
			continue
		}

		if before != "" {
			line = append(line, adapters.Plain(before))
		}

		line = append(line, adapters.Span{Text: text, Time: at})
		sentence = after
	}

	if sentence != "" {
		line = append(line, adapters.Plain(sentence))
	}

	return line
}

func zoneName(at time.Time) string { return at.Format("MST") }

// holdTime is how long alerts are held for a paused chat (store.MarkAway).
const holdTime = 24 * time.Hour

func textPaused(where string, until, now time.Time, zone *time.Location) string {
	s := "Paused"
	if where != "" {
		s += " in " + where
	}

	switch {
	case until.IsZero():
		return s + " until you /resume. I'll hold alerts for a day; after that, catch up with /news."
	case until.Sub(now) > holdTime:
		return s + " until " + moment(until, now, zone) + ". I hold alerts for a day; after that, catch up with /news."
	default:
		return s + " until " + moment(until, now, zone) + ". I'll hold your alerts until then."
	}
}

const textPauseHow = "For how long? /pause 2h, /pause 3 days, /pause until 18:30, /pause until monday, or just /pause."

func textNotPaused(where string) string {
	if where == "" {
		return "Alerts aren't paused."
	}

	return "Alerts aren't paused in " + where + "."
}

func textResumed(where string, held int, away bool) string {
	s := "Alerts are back on"
	if where != "" {
		s += " in " + where
	}

	switch {
	case away:
		return s + ". You were away for over a day; catch up with /news."
	case held == 1:
		return s + ". 1 was held; here it comes."
	case held > 1:
		return fmt.Sprintf("%s. %d were held; here they come.", s, held)
	default:
		return s + ". You haven't missed anything."
	}
}

func textSources(n, failing, page, pages int) string {
	s := plural(n, "source", "sources")
	if failing > 0 {
		s += fmt.Sprintf(", %d failing", failing)
	}

	if pages > 1 {
		s += fmt.Sprintf(", page %d of %d", page+1, pages)
	}

	return s + ":"
}

func healthOK(since string) string { return "OK, checked " + since }

func healthNever(reason string) string { return "failing from the start: " + reason }

func healthFailing(reason, since string) string {
	return "failing: " + reason + " (last OK " + since + ")"
}

func textNoFeed(reason string) string {
	if reason == "" || strings.HasPrefix(reason, "no feed") {
		return "I couldn't find a feed there. Do you have the feed's own address?"
	}

	return "I couldn't read that: " + strings.TrimSuffix(reason, ".") + "."
}

func textSeveralFeeds(n int) string { return fmt.Sprintf("I found %d feeds. Which one?", n) }

// textSourceAdded says what will come of a source, with the chat's number of
// subscriptions.
func textSourceAdded(name, newest string, subscriptions int) string {
	s := "Added " + name + "."
	if newest != "" {
		s += " Its newest article: " + strings.TrimSuffix(newest, ".") + "."
	}

	if subscriptions == 0 {
		return s + " Nothing is followed here yet, so it won't alert you. Do you want everything from it?"
	}

	return s + " New articles there that match a subscription will alert you."
}

func textSourceExists(name string) string { return name + " is already a source here." }

const textOperatorsOnly = "Only the operator can do that."

const textSourceIsOff = "The operator turned that source off."

func textSourceOff(name string) string {
	return name + " is off for everybody. To turn it on again, send /sources add and its address."
}

func textSourceOn(name string) string {
	return name + " is on again. What it lists by now won't alert."
}

func textNoSourceLike(words string) string {
	return fmt.Sprintf("No source matches %s. /sources lists them all.", buttonLabel(words))
}

func textSourceRemoved(name string) string { return "Removed " + name + "." }

func textNoSuchSource(what string) string {
	return fmt.Sprintf("No source called %s was added here. Pick one of these:", buttonLabel(what))
}

const textSourcesFull = "I already read as many sources as I can. Whoever runs me can add this one to the configuration."

func textSourceLimit(n int) string {
	return fmt.Sprintf("This chat has reached the limit of %d sources of its own. /sources remove one first.", n)
}

func statusHead(p store.PollTimes) string {
	switch {
	case p.Sources == 0:
		return "There's nothing to read: no source is set up."
	case p.Last.IsZero():
		return "Newsbell has just started and is reading its first sources."
	case p.Failing > 0 && p.Failing == p.Sources-p.Unread:
		return "I can't reach any source. Is the network down?"
	default:
		return "Everything's working."
	}
}

func statusPolls(p store.PollTimes, now time.Time) string {
	s := plural(p.Sources, "source", "sources")
	if p.Unread > 0 {
		s += fmt.Sprintf(", %d not read yet", p.Unread)
	}

	if p.Failing > 0 {
		s += fmt.Sprintf(", %d failing", p.Failing)
	}

	if !p.Last.IsZero() {
		s += "; last checked " + adapters.Ago(now.Sub(p.Last))
	}

	if p.Next.After(now) {
		s += ", next check in " + durationText(max(p.Next.Sub(now).Round(time.Second), time.Second))
	} else if p.Sources > 0 {
		s += ", next check now"
	}

	return s + "."
}

func statusSlow(number, articles int) string {
	return fmt.Sprintf("#%d was skipped on %s: its regex takes too long.", number, plural(articles, "article", "articles"))
}

func statusMoreFailing(n int) string { return fmt.Sprintf("• %d more: /sources", n) }

func statusFollows(n int, where string) string {
	if where == "" {
		where = "This chat"
	} else {
		where = strings.ToUpper(where[:1]) + where[1:]
	}

	return where + ": " + plural(n, "subscription", "subscriptions") + "."
}

func statusAlerts(c store.Counts) string {
	s := "Last 24 hours: " + sentWords(c)
	if c.Waiting > 0 {
		s += fmt.Sprintf(", %d waiting", c.Waiting)
	}

	return s + "."
}

// sentWords counts the alerts that were sent; those that a digest had no room for
// are only a number at its end.
func sentWords(c store.Counts) string {
	s := plural(c.Sent, "alert", "alerts") + " sent"
	if c.Folded > 0 {
		s += fmt.Sprintf(", %d more only in /news", c.Folded)
	}

	return s
}

func statusOperator(c store.Counts, articles int, oldest, now time.Time) string {
	waiting := fmt.Sprint(c.Waiting)
	if c.Waiting >= store.MostWaiting {
		waiting = "over " + waiting
	}

	s := fmt.Sprintf("All chats, last 24 hours: %s, %s waiting. %s stored", sentWords(c), waiting,
		plural(articles, "article", "articles"))
	if articles > 0 {
		s += ", the oldest from " + adapters.Ago(now.Sub(oldest))
	}

	return s + "."
}

func textNewsAbout(words string) string { return "Latest news about " + words }

func matchedWords(h store.AlertHit) string {
	if len(h.Matched) == 0 {
		return ""
	}

	words := make([]string, len(h.Matched))
	for i, w := range h.Matched {
		words[i] = "“" + w + "”"
	}

	return ": matched " + joinWords(words)
}

// articleTimes says when an article was published and seen.
func articleTimes(a *store.Article, zone *time.Location) string {
	s := "First seen " + moment(a.SeenAt, time.Now(), zone)
	if !a.News.Published.IsZero() {
		s = "Published " + moment(a.News.Published, time.Now(), zone) + ", first seen " + moment(a.SeenAt, time.Now(), zone)
	}

	return s + "."
}

func textWaiting(n int) string {
	return plural(n, "story is", "stories are") + " waiting:"
}

func textAlso(outlets []string) string { return "Also in " + joinWords(outlets) + "." }

// alertState says what became of an alert.
func alertState(a *store.Alert, c *store.Chat, zone *time.Location) string {
	switch a.State {
	case "sent":
		return "Sent."
	case "folded":
		return "Too many alerts came at once, so a digest only counted this one. You'll find it in /news."
	case "dropped":
		return "Not sent: " + droppedWords(a.Reason, c.Platform) + "."
	}

	switch {
	case c.State == store.Paused:
		return "Waiting: alerts are paused. /resume sends it."
	case c.State == store.Asleep:
		return "Waiting. " + textAsleep(c.Reason)
	case a.DueAt.After(time.Now()):
		return "Scheduled for " + moment(a.DueAt, time.Now(), zone) + ", as you chose."
	default:
		return "On its way."
	}
}

func droppedWords(reason, platform string) string {
	switch reason {
	case store.DroppedUnsubscribed:
		return "you had unsubscribed by then"
	case store.DroppedMuted:
		return "you had muted its story or outlet; /mutes shows what's muted"
	case store.DroppedGone:
		return "its article is gone"
	case store.DroppedAway:
		return "alerts were off here for over a day"
	case store.DroppedRefused:
		return strings.ToUpper(platform[:1]) + platform[1:] + " rejected the message. That's a bug in Newsbell; the operator can see it in the log"
	case store.DroppedExpired:
		return "it couldn't be delivered for a week"
	default:
		return reason
	}
}

func lackUnwanted(words []string) string { return "it has " + joinWords(words) + ", which you exclude" }

func lackMissing(words []string) string { return "it lacks " + joinWords(words) }

func textTested(where string) string {
	if where == "" {
		return "It works! That's what an alert looks like."
	}

	return "It works! I sent a sample to " + where + "."
}

func textTestFailed(where, problem string, missing []string) string {
	if len(missing) > 0 {
		return textMissing(where, missing)
	}

	if where == "" {
		return "I couldn't send a sample here: " + problem + "."
	}

	return "I couldn't send a sample to " + where + ": " + problem + "."
}

func textForget(where string, own bool, n int) []string {
	what := "Delete everything about you? That's " + plural(n, "subscription", "subscriptions") + ", your sources and your alert history."

	if !own {
		what = "Delete everything about " + cmp.Or(where, "this chat") + "? That's " + plural(n, "subscription", "subscriptions") +
			", its sources and its alert history."
	}

	return []string{what, "This can't be undone. Messages already sent stay where they are."}
}

func textJoined(platform string) string {
	if platform == discord {
		return "Hi, I'm Newsbell! Anyone here can follow the news with /subscribe; alerts come as direct messages. " +
			"People with Manage Server can also have them posted in a channel. Try: /subscribe drone"
	}

	return "Hi, I'm Newsbell! Admins can make this group follow the news. Try: /subscribe drone"
}

func textChatAsleep(title, reason string) string {
	if reason == reasonDeleted {
		return fmt.Sprintf("%s was deleted, so its alerts have stopped. Its subscriptions are kept: use /list in the server to move or end them.",
			cmp.Or(title, "A channel that you set up"))
	}

	return fmt.Sprintf("%s isn't getting alerts any more: %s. Its subscriptions are kept and resume once that's fixed.",
		cmp.Or(title, "A chat that you set up"), reasonWords(reason))
}

func completeWhen() []adapters.Choice {
	return []adapters.Choice{{Label: "At once", Value: "now"}, {Label: "Every hour", Value: "hourly"}, {Label: "Daily at 8:00", Value: "8:00"}, {Label: "Daily at 18:00", Value: "18:00"}, {Label: "Mondays at 8:00", Value: "monday 8:00"}}
}

func completeFor() []adapters.Choice {
	return []adapters.Choice{{Label: "1 hour", Value: "1h"}, {Label: "8 hours", Value: "8h"}, {Label: "1 day", Value: "1d"}, {Label: "1 week", Value: "1w"}}
}

const textNoNews = "No news yet: I've only just started reading. /sources shows how it's going."

func textNoNewsAbout(words string) string {
	return "Nothing about " + words + " in the last 7 days. /news shows everything."
}

// agoSpan is the age of a moment; a platform that can shows the moment itself.
func agoSpan(at time.Time) adapters.Span {
	return adapters.Span{Text: adapters.Ago(time.Since(at)), Time: at}
}

// formatID writes the number of a row for the data of a button.
func formatID(n int64) string { return strconv.FormatInt(n, 10) }

// plural is "1 story", "2 stories".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}

	return strconv.Itoa(n) + " " + many
}

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

	if !strings.ContainsAny(s[len(s)-1:], ".!?…)") {
		s += "."
	}

	return s
}

// durationText is "2 hours", "1 day".
func durationText(d time.Duration) string {
	switch {
	case d >= 24*time.Hour && d%(24*time.Hour) == 0:
		return plural(int(d/(24*time.Hour)), "day", "days")
	case d >= time.Hour && d%time.Hour == 0:
		return plural(int(d/time.Hour), "hour", "hours")
	case d >= time.Minute:
		return plural(int(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	default:
		return plural(int(d/time.Second), "second", "seconds")
	}
}

// joinWords is "a, b and c".
func joinWords(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
	}
}

// pictureLine says what a story's picture shows and whose it is.
func pictureLine(s *page.Story) string {
	switch {
	case s.Caption != "" && s.Credit != "":
		return s.Caption + " Photo: " + s.Credit
	case s.Credit != "":
		return "Photo: " + s.Credit
	}

	return s.Caption
}

// storyOutlet names an outlet that may not be known.
func storyOutlet(name string) string { return cmp.Or(name, "an unnamed outlet") }

// outletLabel is what a reader should know of an outlet: " (state-funded, paywall)".
func outletLabel(a page.Article) string {
	labels := a.Labels()
	if len(labels) == 0 {
		return ""
	}

	return " (" + strings.Join(labels, ", ") + ")"
}

// muteName is what a mute is about, as a person calls it.
func muteName(m *store.Mute) string {
	if m.Kind == store.MuteStory {
		return "the story “" + m.Label + "”"
	}

	return m.Label
}

// textMuted confirms a mute.
func textMuted(m *store.Mute, now time.Time, zone *time.Location) string {
	return "Muted " + muteName(m) + muteEnd(m, now, zone) + ". You won't get alerts about it."
}

func textUnmuted(m *store.Mute) string { return "No longer muted: " + muteName(m) + "." }

// muteEnd is " until 18:30", "" for a mute without end.
func muteEnd(m *store.Mute, now time.Time, zone *time.Location) string {
	if m.Until.IsZero() {
		return ""
	}

	return " until " + moment(m.Until, now, zone)
}

// textMuteFor labels the button that mutes an outlet for some hours.
func textMuteFor(outlet string, hours int) string {
	return fmt.Sprintf("%s for %d hours", outlet, hours)
}

// textEndMute labels the button that ends the n-th mute of a list.
func textEndMute(n int, m *store.Mute) string { return fmt.Sprintf("End %d: %s", n, m.Label) }

// btnFolded opens what a digest only counts.
func btnFolded(n int) string { return fmt.Sprintf("And %d more", n) }

// textFolded heads what a digest only counts.
func textFolded(n int) string {
	if n == 1 {
		return "1 more story of that digest"
	}

	return fmt.Sprintf("%d more stories of that digest", n)
}

// textZoneUnknown asks again for a zone that was not understood.
func textZoneUnknown(typed string) string {
	return "I don't know where “" + news.Shorten(typed, 60) + "” is. Try a large city near you, your country, or what your clock shows, such as 14:05."
}

// zoneLine is "Time zone: Warsaw, where it's 14:05 now".
func zoneLine(zone *time.Location, set bool, now time.Time) string {
	line := "Time zone: " + zonefinder.Label(zone.String()) + ", where it's " + now.In(zone).Format("15:04") + " now"
	if !set {
		line += " (not set for you)"
	}

	return line
}

func quietLine(quiet string) string {
	if quiet == "" {
		return "Quiet hours: none"
	}

	return "Quiet hours: " + strings.Replace(quiet, "-", "–", 1)
}

func textZoneSet(zone *time.Location, now time.Time) string {
	return "The time zone is now " + zonefinder.Label(zone.String()) + ", where it's " + now.In(zone).Format("15:04") + "."
}

func textQuietSet(quiet string) string {
	if quiet == "" {
		return "No quiet hours. Alerts come at any time."
	}

	return "From " + strings.Replace(quiet, "-", " to ", 1) + " I'll hold alerts; what came meanwhile arrives as one digest."
}

// What operators read, and people they blocked.
const (
	textNamePerson   = "Name a person by platform and number, such as /who telegram:5001."
	textAnnounceWhat = "What should I announce? /announce with a text shows who would get it; /announce send with the text sends it."
	textBlocked      = "You can't use this bot."
)

func textAnnounced(chats int, text string, sent bool) string {
	who := fmt.Sprintf("%d chats", chats)
	if chats == 1 {
		who = "1 chat"
	}

	if sent {
		return who + " will get this, as fast as their platforms allow:\n" + text
	}

	return who + " would get this:\n" + text + "\nTo send it, write /announce send with the text."
}
