package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"newsbell/adapters"
	"newsbell/store"
)

// All that people read in a chat stands in this file.

// Buttons.
const (
	btnUndo           = "Undo"
	btnSubscribe      = "Subscribe"
	btnPreview        = "Preview"
	btnUnsubscribe    = "Unsubscribe"
	btnUnsubscribeAll = "Unsubscribe all"
	btnKeep           = "Keep"
	btnCancel         = "Cancel"
	btnBack           = "‹ Back"
	btnNext           = "More ›"
	btnResume         = "Resume"
	btnPause          = "Pause"
	btnWhy            = "Why?"
	btnOnly           = "Only "
	btnForget         = "Delete everything"
	btnNews           = "Latest news"
	btnHelp           = "Help"
	btnComeOver       = "Open our chat"
	btnAddSource      = "Add as a source"
	btnWhyNot         = "Did it ring?"
)

// The command table: what each does.
const (
	sumSubscribe     = "Be told when something new matches"
	sumUnsubscribe   = "Stop one"
	sumList          = "What is followed here"
	sumPreview       = "What a query would have caught in 7 days"
	sumNews          = "The latest stories now"
	sumPause         = "Hold alerts for a while"
	sumResume        = "Let alerts come again"
	sumSources       = "Where the news comes from; add your own"
	sumSourcesList   = "All sources and how they are"
	sumSourcesAdd    = "Read another feed or site"
	sumSourcesRemove = "Stop reading one that was added"
	sumStatus        = "Is it working?"
	sumWhy           = "Why an alert came, or did not"
	sumTest          = "Send a sample alert"
	sumForget        = "Delete everything about me"
	sumCancel        = "Forget the question that is open"
	sumHelp          = "All commands, or one of them"
	sumStart         = "Begin here"

	optQuery   = `What to look for: drone, "climate change", tesla -stock`
	optPreview = "What to look for"
	optNews    = "Only stories about this"
	optTo      = "A channel to post in, for those who manage it; else it comes to you"
	optWhen    = "now, hourly, daily, or a time such as 8:00"
	optPing    = "A role to mention with each alert"
	optWhich   = "Its number or its words"
	optFor     = "2h, 1 day, until 18:30; nothing: until you resume"
	optAddress = "A feed or a site, such as bbc.com"
	optSource  = "Its name or address"
	optWhy     = "A link, or the number of a subscription; nothing: the latest alert"
	optCommand = "The command to explain, or: queries"

	labelQueries = "queries: how to write what to look for"
)

var (
	useSubscribe = []string{
		"/subscribe drone – the word, in any form",
		`/subscribe "climate change" -opinion – a phrase, and a word to leave out`,
		"/subscribe tesla OR spacex – either",
		"/subscribe when:8:00 election* – once a day, and any word that begins so",
		"/subscribe to:#news drone – into a channel that you manage",
	}
	useUnsubscribe = []string{"/unsubscribe – choose one", "/unsubscribe 2 – by its number", "/unsubscribe drone – by its words", "/unsubscribe all"}
	useList        = []string{"/list", "/list to:#news – of a channel that you manage"}
	usePreview     = []string{"/preview drone -toy"}
	useNews        = []string{"/news", "/news climate"}
	usePause       = []string{"/pause – until you /resume", "/pause 2h", "/pause until 18:30", "/pause 3 days"}
	useResume      = []string{"/resume"}
	useSources     = []string{"/sources – all, with how they are", "/sources add bbc.com – finds its feeds", "/sources remove BBC – one that was added here"}
	useStatus      = []string{"/status"}
	useWhy         = []string{"/why – the latest alert", "/why 2 – the latest for subscription #2", "/why https://… – what became of a page"}
	useTest        = []string{"/test"}
	useForget      = []string{"/forget – asks before it deletes"}
	useHelp        = []string{"/help", "/help subscribe", "/help queries"}
	useCancel      = []string{"/cancel"}
	useStart       = []string{"/start"}
)

const (
	moreSubscribe   = "How to write queries: /help queries"
	moreUnsubscribe = "It can be undone for a day."
	morePreview     = "It asks the articles of the last 7 days, by the same rules that ring."
	morePause       = "What comes meanwhile is held and comes as a digest. After more than a day it is only in /news."
	moreSources     = "Sources that you add are for this chat only. Those of the configuration are for all."
	moreWhy         = "Or press Why? below an alert, or reply to it with /why."
	moreForget      = "It deletes subscriptions, sources and history. Messages that were sent stay with the platform."
)

// Asking.
const (
	askSubscribe    = "What shall I watch for? Send me the words, or /cancel."
	askPreview      = "What shall I try? Send me the words, or /cancel."
	askSource       = "Which feed or site? Send me its address, or /cancel."
	askUnsubscribe  = "Which one shall I stop?"
	askRemoveSource = "Which source shall I stop reading here?"

	hintQuery  = `drone, "climate change", tesla -stock`
	hintSource = "bbc.com"
)

const (
	textTrouble         = "Something went wrong on my side and nothing was changed. Please try again in a minute."
	textFull            = "My disk is full, so I cannot keep that. Nothing was changed; the operator has to make room."
	textNoFiles         = "I cannot read files yet. Send me words to watch for, or /help."
	textNothingToCancel = "There is nothing to cancel."
	textCancelled       = "All right, forgotten."
	textNothingChanged  = "All right, nothing was changed."
	textOldButton       = "This button is too old to know what it meant. Please send the command again."
	textOldLink         = "That link is over a day old or was made for somebody else. Please ask again in the group."
	textTooLate         = "It is too late to take that back. Please subscribe again."
	textNobody          = "I cannot see who you are here. Please write to me in a private chat."
	textNotYours        = "That belongs to somebody else."

	textOffer        = "I can tell you when there is news about "
	textOfferAddress = "What shall I do with this page?"
	textDidYouMean   = "Did you mean: "
	textNote         = "Note: "

	textFollowing       = "You follow %."
	textFollowedAlready = "You follow that already: %."
	textChanged         = "Changed: %."
	textStillPaused     = "Alerts are paused here; /resume lets them come."
	textEnded           = "You no longer follow %."
	textEndedAlready    = "You did not follow % any more."
	textEndedAll        = "Nothing that this alert answered is followed any more."
	textRestored        = "You follow % again."
	textNewest          = "Newest: "
	textLastAlert       = "Last alert: "
	textYourNumber      = "You are "

	textComeOver   = "Alerts for you come in our private chat; here only administrators set them up."
	textOnlyHere   = "In the terminal alerts can only come here."
	textNoRights   = "I could not find out who may do that just now. Please try again in a minute."
	textPing       = "ping: takes a role of the server, and needs to: with a channel of it."
	textNoAdapter  = "I am not connected there"
	textSentDirect = "Done. I sent you the details in a direct message, where your alerts come too."
	textOpened     = "Your direct messages are open: alerts come again."
	textClosed     = "Your direct messages are closed for me, so nothing can reach you yet. Open them (server menu, Privacy Settings, Direct Messages), then send /resume."
	textClosedKept = textClosed + " Your subscription is kept."
	textClosedTest = "Your direct messages are closed for me. Open them (server menu, Privacy Settings, Direct Messages), then try again."

	textBack      = "I am back. What was followed here goes on: /list"
	textWhileAway = "You were away for over a day. What happened meanwhile: /news"

	textNoSources    = "No source is configured. Add one: /sources add bbc.com"
	textSourcesHow   = "Add one: /sources add bbc.com"
	textNoFetcher    = "I cannot look for feeds here."
	textNoOwnSources = "No source was added here, so there is none to remove. Those of the configuration are for all."
	textSourceGone   = "That source is not read here any more."

	healthNew = "not read yet"

	textWhyNothing  = "There was no alert here yet. /why with a link tells what became of a page."
	textWhyHow      = "Reply to an alert with /why, or give a link or a number: /why 2"
	textBeingRead   = "It has just come in and is being compared; ask again in a moment."
	textSameStory   = "Another outlet told the same story, and a story rings once: "
	textAnswersBut  = "It answers, but did not ring:"
	textNoneAnswers = "It rang nothing, because it answers nothing followed here:"
	textLastOf      = "The latest for %:"
	textNeverRang   = "There was no alert yet for %."

	quietBaseline = "it was there already when its source was first read, and what is old does not ring"
	quietRelaunch = "its source changed all its articles at once, which is a move and not news"
	quietOld      = "it was old already when it was first seen"
	quietLater    = "it came before you subscribed"
	quietAway     = "alerts were off here"
	quietOther    = "its story was told, or it changed after it was compared"

	lackSome = "it does not answer"

	textForgotten = "Everything is deleted. If you ever want to begin again: /start"
	textAliases   = "Also: "

	textHelpHead = "I read the news and ring once a story. Send me what you follow:"
	textHelpFoot = "More: /help subscribe, /help queries"
	textNews     = "Latest news"

	whenHourly = "every full hour"
	nameDirect = "your direct messages"

	sampleTitle   = "Sample: this is what an alert looks like"
	sampleURL     = "https://example.com/newsbell-sample"
	sampleOutlet  = "Newsbell"
	sampleSummary = "Here stands what happened, in a sentence or two. The words that rang are named below, and the title opens the article."
	sampleWord    = "sample"
)

var textNeverSeen = []string{
	"I have not seen this page: none of the sources read here has listed it.",
	"/sources shows them; /sources add bbc.com adds one.",
}

func textWelcome() adapters.Text {
	return adapters.Text{
		{adapters.Bold("Hello, I am Newsbell 🔔")},
		{adapters.Plain("I read the news for you and ring once when something you follow happens, not once for every outlet.")},
		{},
		{adapters.Plain("Tell me what you follow: "), adapters.Code("/subscribe drone")},
		{adapters.Plain("See what it would have caught: "), adapters.Code("/preview drone")},
		{adapters.Plain("Everything else: /help")},
	}
}

func helpQueries() adapters.Text {
	rows := [][2]string{
		{"climate change", "both words, anywhere"},
		{`"climate change"`, "these words in this order"},
		{"tesla OR spacex", "either; tesla | spacex is the same"},
		{"tesla, spacex launch", "a list: any of its parts"},
		{"tesla -stock", "not with this word"},
		{"(tesla OR spacex) musk", "brackets group"},
		{"elect*", "any word that begins so"},
		{"title:merger", "in the title; also text: source: site: author: tag: lang: country:"},
		{`"rate cut"~5`, "near one another"},
		{"=WHO", "exactly so, with its capitals"},
	}

	text := adapters.Text{{adapters.Bold("How to write what to look for")}}
	for _, r := range rows {
		text = append(text, adapters.Line{adapters.Code(r[0]), adapters.Plain(" – " + r[1])})
	}

	return append(text, adapters.Line{adapters.Plain("Whole words; capitals, accents and plural do not matter. Try one: /preview drone")})
}

func textUnknown(name string) string {
	return fmt.Sprintf("I do not know /%s. All I can do: /help", name)
}

func textUnknownNear(name, near string) string {
	return fmt.Sprintf("I do not know /%s. Did you mean /%s?", name, near)
}

func textNotLetIn(who string) string {
	s := "This Newsbell is for invited people only. Its operator can let you in"
	if who == "" {
		return s + "."
	}

	return s + "; tell them: " + who
}

func textOptionsFirst(option string) string {
	return fmt.Sprintf("Options stand before the query: put %s first.", option)
}

func textLimit(limit int, chat bool) string {
	whose := "You have"
	if chat {
		whose = "This chat has"
	}

	return fmt.Sprintf("%s %d subscriptions, which is the most that is allowed. /unsubscribe one first.", whose, limit)
}

func textNotAdmin(platform, where string) string {
	who := "administrators"
	if platform == discord {
		who = "people with Manage Server"
	}

	if where == "" {
		where = "this chat"
	}

	return fmt.Sprintf("Only %s may set up alerts in %s.", who, where)
}

func textMissing(where string, rights []string) string {
	if where == "" {
		where = "this chat"
	}

	return fmt.Sprintf("I may not post in %s yet. Please give me %s there, then try again.", where, joinWords(rights))
}

func textAlertsThere(where, when string) string {
	if when == "" {
		return "Alerts come in " + where + "."
	}

	return "Alerts come in " + where + ", " + when + "."
}

func textAlertsCome(when string) string { return "Alerts come " + when + "." }

func whenDaily(minute int, zone string) string {
	return fmt.Sprintf("daily at %d:%02d (%s)", minute/60, minute%60, zone)
}

// countsText is "Last 7 days: 12 articles, 5 stories, 4 outlets."
func (c *searchResult) countsText() string {
	period := "In the last " + durationText(c.span)
	if c.cut {
		period = "Since " + c.since.Format("2 Jan 15:04") + " UTC (I stopped looking there)"
	}

	switch c.articles {
	case 0:
		return period + ": nothing."
	case 1:
		return period + ": 1 article."
	default:
		return fmt.Sprintf("%s: %d articles, %s, %s.", period, c.articles, plural(c.stories, "story", "stories"), plural(c.outlets, "outlet", "outlets"))
	}
}

func textAndMore(n int) string { return fmt.Sprintf("… and %d more.", n) }

func textNothingFollowed(where string) string {
	if where == "" {
		return "Nothing is followed here yet. Try: /subscribe drone"
	}

	return "Nothing is followed in " + where + " yet. Try: /subscribe drone"
}

func textNoSuchSubscription(what string) string {
	return fmt.Sprintf("There is no subscription %s here. These are:", buttonLabel(what))
}

func textNoNumber(n int) string {
	return fmt.Sprintf("There is no subscription #%d here: /list", n)
}

func textUnsubscribeAll(n int) string {
	return fmt.Sprintf("Stop all %s?", plural(n, "subscription", "subscriptions"))
}

func textLeft(n int) string {
	if n == 0 {
		return "That was the last one."
	}

	return fmt.Sprintf("%s left: /list", plural(n, "subscription is", "subscriptions are"))
}

func textList(n int, where string, page, pages int) string {
	s := plural(n, "subscription", "subscriptions")
	if where != "" {
		s += " in " + where
	}

	if pages > 1 {
		s += fmt.Sprintf(", page %d of %d", page+1, pages)
	}

	return s + ":"
}

func textChannelFollows(title string, n int) string {
	return fmt.Sprintf("%s has %s: /list to:%s", title, plural(n, "subscription", "subscriptions"), title)
}

// stateWords says that a chat is not active, "" if it is.
func stateWords(c *store.Chat, zone *time.Location) string {
	switch c.State {
	case store.Paused:
		if c.PausedUntil.IsZero() {
			return "Alerts are paused. /resume lets them come again."
		}

		return "Alerts are paused until " + moment(c.PausedUntil, time.Now(), zone) + ". /resume ends it."
	case store.Asleep:
		return textAsleep(c.Reason)
	default:
		return ""
	}
}

func textAsleep(reason string) string {
	return "Alerts cannot come (" + reasonWords(reason) + "). When that is mended: /resume"
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

func zoneName(at time.Time) string { return at.Format("MST") }

func textPaused(where string, until, now time.Time, zone *time.Location) string {
	s := "Alerts are paused"
	if where != "" {
		s += " in " + where
	}

	if until.IsZero() {
		return s + " until you /resume. What comes meanwhile is held."
	}

	return s + " until " + moment(until, now, zone) + ". What comes meanwhile is held."
}

const textPauseHow = "How long? /pause 2h, /pause 3 days, /pause until 18:30, or just /pause."

func textNotPaused(where string) string {
	if where == "" {
		return "Alerts are not paused."
	}

	return "Alerts are not paused in " + where + "."
}

func textResumed(where string, held int, away bool) string {
	s := "Alerts come again"
	if where != "" {
		s += " in " + where
	}

	switch {
	case away:
		return s + ". You were away for over a day; what happened meanwhile: /news"
	case held == 1:
		return s + ". One was held and comes now."
	case held > 1:
		return fmt.Sprintf("%s. %d were held and come now as a digest.", s, held)
	default:
		return s + ". Nothing was missed."
	}
}

func textSources(n, failing, page, pages int) string {
	s := plural(n, "source", "sources")
	if failing > 0 {
		s += fmt.Sprintf(", %d with trouble", failing)
	}

	if pages > 1 {
		s += fmt.Sprintf(", page %d of %d", page+1, pages)
	}

	return s + ":"
}

func healthWell(since string) string { return "well, read " + since }

func healthNever(reason string) string { return "never read: " + reason }

func healthIll(reason, since string) string {
	return "trouble: " + reason + " (last read " + since + ")"
}

func textNoFeed(reason string) string {
	if reason == "" {
		return "I found no feed there. Do you have the address of one?"
	}

	return "I found no feed there: " + strings.TrimSuffix(reason, ".") + "."
}

func textSeveralFeeds(n int) string { return fmt.Sprintf("I found %d feeds. Which one?", n) }

func textSourceAdded(name, newest string) string {
	s := name + " is read here now."
	if newest != "" {
		s += " Its newest: " + newest + "."
	}

	return s + " What comes from now on rings."
}

func textSourceHad(name string) string { return name + " is read here already." }

func textSourceRemoved(name string) string { return name + " is not read here any more." }

func textNoSuchSource(what string) string {
	return fmt.Sprintf("No source that was added here is called %s. These are:", buttonLabel(what))
}

func textSourceLimit(n int) string {
	return fmt.Sprintf("This chat has added %d sources, which is the most that is allowed. /sources remove one first.", n)
}

func statusHead(p store.PollTimes) string {
	switch {
	case p.Sources == 0:
		return "There is nothing to read: no source is configured."
	case p.Last.IsZero():
		return "Newsbell has just started and reads its first sources."
	case p.Failing == p.Sources:
		return "No source can be read. Is the network down?"
	default:
		return "Newsbell is working."
	}
}

func statusPolls(p store.PollTimes, now time.Time) string {
	s := plural(p.Sources, "source", "sources")
	if p.Failing > 0 {
		s += fmt.Sprintf(", %d with trouble", p.Failing)
	}

	if !p.Last.IsZero() {
		s += "; last read " + adapters.Ago(now.Sub(p.Last))
	}

	if p.Next.After(now) {
		s += ", next in " + durationText(max(p.Next.Sub(now).Round(time.Second), time.Second))
	} else if p.Sources > 0 {
		s += ", next now"
	}

	return s + "."
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

// sentWords is what was told of how many alerts: what a digest has no room for is
// only a number at its end.
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
		waiting += " and more"
	}

	s := fmt.Sprintf("All chats, 24 hours: %s, %s waiting. %s kept", sentWords(c), waiting,
		plural(articles, "article", "articles"))
	if articles > 0 {
		s += ", the first " + adapters.Ago(now.Sub(oldest))
	}

	return s + "."
}

func textNewsAbout(words string) string { return "Latest news: " + words }

func hitWords(h store.AlertHit) string {
	if len(h.Matched) == 0 {
		return ""
	}

	words := make([]string, len(h.Matched))
	for i, w := range h.Matched {
		words[i] = "“" + w + "”"
	}

	return ": it has " + joinWords(words)
}

// wayHere says when an article was published and seen.
func wayHere(a *store.Article, zone *time.Location) string {
	s := "First seen " + moment(a.SeenAt, time.Now(), zone)
	if !a.News.Published.IsZero() {
		s = "Published " + moment(a.News.Published, time.Now(), zone) + ", first seen " + moment(a.SeenAt, time.Now(), zone)
	}

	return s + "."
}

func textAlso(outlets []string) string { return "Also told by " + joinWords(outlets) + "." }

// alertState says what became of an alert.
func alertState(a *store.Alert, c *store.Chat, zone *time.Location) string {
	switch a.State {
	case "sent":
		return "It was sent."
	case "folded":
		return "Too much came at once, so it was only counted in a digest; it is in /news."
	case "dropped":
		return "It was not sent: " + droppedWords(a.Reason) + "."
	}

	switch {
	case c.State == store.Paused:
		return "It waits: alerts are paused. /resume lets it come."
	case c.State == store.Asleep:
		return "It waits. " + textAsleep(c.Reason)
	case a.DueAt.After(time.Now()):
		return "It comes at " + moment(a.DueAt, time.Now(), zone) + ", as you chose."
	default:
		return "It is on its way."
	}
}

func droppedWords(reason string) string {
	switch reason {
	case store.DroppedUnsubscribed:
		return "what it answered was no longer followed"
	case store.DroppedGone:
		return "its article is no longer there"
	case store.DroppedAway:
		return "alerts were off here for over a day"
	case store.DroppedRefused:
		return "the platform did not take it, which is a mistake of mine"
	case store.DroppedExpired:
		return "it could not be delivered for a week"
	default:
		return reason
	}
}

func lackUnwanted(words []string) string {
	return "it has " + joinWords(words) + ", which you leave out"
}

func lackMissing(words []string) string { return "it lacks " + joinWords(words) }

func textTested(where string) string {
	if where == "" {
		return "It works: that is what an alert looks like."
	}

	return "It works: I sent a sample to " + where + "."
}

func textTestFailed(where, trouble string, missing []string) string {
	if len(missing) > 0 {
		return textMissing(where, missing)
	}

	if where == "" {
		where = "here"
	}

	return "I could not send a sample to " + where + ": " + trouble + "."
}

func textForget(where string, mine bool, n int) []string {
	what := "Delete everything about you: " + plural(n, "subscription", "subscriptions") + ", your sources and the history of your alerts?"

	if !mine {
		if where == "" {
			where = "this chat"
		}

		what = "Delete everything about " + where + ": " + plural(n, "subscription", "subscriptions") + ", its sources and the history of its alerts?"
	}

	return []string{what, "This cannot be undone. Messages that were sent stay with the platform."}
}

func textJoined(platform string) string {
	if platform == discord {
		return "Hello, I am Newsbell. Everybody here can follow news with /subscribe; it comes as a direct message. People with Manage Server can post into a channel. Try: /subscribe drone"
	}

	return "Hello, I am Newsbell. Administrators can follow news for this group. Try: /subscribe drone"
}

func textSlept(title, reason string) string {
	if title == "" {
		title = "A chat that you set up"
	}

	return fmt.Sprintf("%s gets no alerts any more: %s. Its subscriptions are kept and go on when that is mended.", title, reasonWords(reason))
}

func completeWhen() []adapters.Choice {
	return []adapters.Choice{{Label: "At once", Value: "now"}, {Label: "Every full hour", Value: "hourly"}, {Label: "Daily at 8:00", Value: "8:00"}, {Label: "Daily at 18:00", Value: "18:00"}}
}

func completeFor() []adapters.Choice {
	return []adapters.Choice{{Label: "1 hour", Value: "1h"}, {Label: "8 hours", Value: "8h"}, {Label: "1 day", Value: "1d"}, {Label: "1 week", Value: "1w"}}
}

const textNoNews = "No news yet: the sources have just begun to be read. /sources shows how they are."

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
