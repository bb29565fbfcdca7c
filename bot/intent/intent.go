// Package intent reads what a person means by a message that is no query: a greeting, a
// wish to stop, a question about the last alert. It is pure.
package intent

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"newsbell/news"
)

// Intent is what a person means by words that are no query.
type Intent int

// What people mean.
const (
	None Intent = iota
	Greeting
	Thanks
	Nod      // "ok", an emoji: nothing to do
	Stop     // end something; it is not clear what
	Mute     // no alerts for a while
	Unmute   // alerts again
	Less     // fewer alerts like the latest
	More     // more of what an alert tells
	Daily    // alerts once a day
	Weekly   // alerts once a week
	AtOnce   // alerts as they come
	Night    // none at night
	Weekdays // none on weekends
	Why      // why did an alert come?
	Help
	About // who are you?
	News
	Brief // what matters most
	List
	Status
	Privacy
	Undo
	Export
	EndAll // end all subscriptions
	Forget // delete what is kept of the person
	Settings
	Sources
	AddSource
	Change // a subscription; it is not said which
)

// Parse reads an intent off a message in the language that code names, as locales does, or in
// English. Only whole messages count: "stop oil" is a query.
func Parse(text, code string) Intent {
	words := plainText(text)
	if words == "" {
		switch {
		case strings.Contains(text, "?"):
			return Help
		case strings.Contains(text, "👎"):
			return Less
		case isEmoji(text):
			return Nod
		default:
			return None
		}
	}

	language := news.BaseLanguage(code)
	if i := phrases()[language+" "+words]; i != None {
		return i
	}

	if i := phraseIntent(words); i != None {
		return i
	}

	if forms := formsByLanguage()[language]; forms != nil {
		i := phrases()[language+" "+forms.withoutPolite(words)]

		switch {
		case i == None:
		case i != Daily && i != Weekly && forms.saysStop(language, words):
			return Stop
		default:
			return i
		}
	}

	return phraseIntent(formsByLanguage()["en"].withoutPolite(words))
}

//go:embed phrases.txt
var phraseLines string

// phrases are those of the languages besides English, by the language and the phrase after it.
var phrases = sync.OnceValue(func() map[string]Intent {
	names := map[string]Intent{
		"greeting": Greeting, "thanks": Thanks, "nod": Nod, "stop": Stop, "mute": Mute, "unmute": Unmute, "less": Less, "more": More, "daily": Daily, "weekly": Weekly, "atonce": AtOnce, "night": Night, "weekdays": Weekdays, "why": Why,
		"help": Help, "about": About, "news": News, "brief": Brief, "list": List, "status": Status, "privacy": Privacy,
		"undo": Undo, "export": Export, "endall": EndAll, "forget": Forget, "settings": Settings, "sources": Sources, "addsource": AddSource, "change": Change,
	}
	all := map[string]Intent{}

	for line := range strings.Lines(phraseLines) {
		of, listed, ok := strings.Cut(line, ": ")
		if !ok || line[0] == '#' {
			continue
		}

		language, name, _ := strings.Cut(of, " ")
		for phrase := range strings.SplitSeq(listed, ",") {
			all[language+" "+plainText(phrase)] = names[name]
		}
	}

	return all
})

// phraseIntent looks a phrase up.
func phraseIntent(words string) Intent {
	switch words {
	case "hi", "hello", "hey", "hey there", "hi there", "hello there", "good morning", "good evening", "good afternoon", "hallo", "yo", "hi all":
		return Greeting
	case "thanks", "thank you", "thank you very much", "thanks a lot", "many thanks", "thx", "ty", "cheers", "great thanks", "perfect thanks":
		return Thanks
	case "ok", "okay", "k", "fine", "great", "cool", "nice", "good", "perfect", "yes", "no", "sure", "got it", "lol", "wow", "good bot":
		return Nod
	case "stop", "stop it", "stop this", "stop that", "stop all", "stop everything", "stop alerts", "stop the alerts", "stop messages", "stop sending",
		"stop sending me alerts", "stop sending me messages", "stop sending me this", "unsubscribe", "unsubscribe me", "unsubscribe from all", "unsubscribe from this",
		"quit", "end", "leave me alone", "go away", "turn off", "turn it off", "turn this off", "cancel my subscription", "cancel subscription", "unfollow", "remove me":
		return Stop
	case "mute", "mute alerts", "snooze", "quiet", "be quiet", "silence", "shut up", "pause alerts", "hold alerts", "not now", "do not disturb",
		"alerts off", "notifications off", "turn alerts off", "turn off alerts", "turn the alerts off", "turn off the alerts", "turn notifications off", "turn off notifications", "switch off alerts",
		"switch off notifications", "disable alerts", "disable notifications", "no notifications", "mute notifications":
		return Mute
	case "unmute", "resume alerts", "go on", "continue", "unpause", "start again",
		"alerts on", "notifications on", "turn alerts on", "turn on alerts", "turn the alerts on", "turn on the alerts", "turn notifications on", "turn on notifications", "enable alerts", "enable notifications":
		return Unmute
	case "less", "less of this", "less like this", "fewer", "fewer alerts", "less alerts", "fewer of these", "not interested", "too many", "too much", "too many alerts",
		"too many messages", "spam", "this is spam", "not this", "i dont want this", "i dont care about this", "irrelevant", "not relevant",
		"fewer notifications", "less notifications", "too many notifications", "i get too many alerts", "not so many", "not so many alerts", "not so often", "less often",
		"only important", "only the important", "only important news", "only important things", "only the important news", "only the important things", "important only", "important news only",
		"only what matters", "only big news", "only the big news", "only big stories", "only the big stories", "big stories only":
		return Less
	case "more", "more like this", "more like that", "more of this", "more of that", "more about this", "more on this", "tell me more", "more info", "details", "related", "related stories",
		"who else reports this", "who else reports it", "who else reports", "who else is reporting this":
		return More
	case "why", "why this", "why that", "why did i get this", "why did i get that", "why am i getting this", "why do i get this", "why are you sending me this", "why did you send this",
		"what is this", "whats this", "how come", "why do i get nothing", "why do i get no alerts", "why am i getting nothing", "why am i not getting alerts", "why am i not getting any alerts",
		"why arent there any alerts", "why no alerts", "why nothing", "why is nothing coming", "i get nothing", "i get no alerts", "i dont get alerts", "i dont get any alerts", "im not getting alerts",
		"im not getting any alerts", "im getting nothing", "why am i not getting anything", "why dont i get anything", "why dont i get any alerts", "im not getting anything", "i dont get anything", "nothing comes", "nothing is coming", "nothing arrives", "where are my alerts":
		return Why
	case "who are you", "what are you", "what can you do", "what do you do", "what is newsbell", "are you a bot", "are you a robot", "are you human", "are you a human", "are you real", "are you an ai", "are you ai",
		"is this a bot":
		return About
	case "help", "help me", "how does this work", "how does it work", "how do you work", "how", "what", "what now", "commands", "instructions",
		"how to use this", "how do i use this", "i dont understand", "i dont get it", "huh", "what should i do", "what can i do":
		return Help
	case "news", "latest", "latest news", "the news", "the latest", "the latest news", "headlines", "whats new", "what is new", "whats the news", "any news", "anything new", "whats up":
		return News
	case "top stories", "the top stories", "top news", "todays news", "news of the day", "summary of the day", "summary of today", "daily brief", "todays summary", "what happened today", "what matters today", "main news",
		"the main news", "biggest stories", "most important news", "the most important news", "brief me":
		return Brief
	case "my subscriptions", "my alerts", "subscriptions", "what do i follow", "what am i following", "what i follow", "my list", "show my subscriptions", "show subscriptions", "list", "show list", "show my list", "show me my list", "show the list", "what do i get":
		return List
	case "are you there", "are you working", "are you alive", "does it work", "is it working", "is this working", "anybody there", "anyone there", "ping", "status":
		return Status
	}

	if i := timePhraseIntent(words); i != None {
		return i
	}

	return changePhraseIntent(words)
}

// timePhraseIntent looks up a phrase about when alerts come.
func timePhraseIntent(words string) Intent {
	switch words {
	case "only in the morning", "in the morning", "only mornings", "mornings only", "every morning", "once a day", "only once a day", "once daily", "daily", "daily digest", "daily summary", "one message a day",
		"one digest a day":
		return Daily
	case "once a week", "only once a week", "once a week is enough", "once weekly", "weekly", "every week", "one message a week", "one digest a week", "weekly digest", "weekly summary":
		return Weekly
	case "at once", "immediately", "right away", "instantly", "everything at once", "alerts at once", "as it happens", "as they come", "in real time", "real time", "no digest", "no more digests", "without digest":
		return AtOnce
	case "not at night", "no alerts at night", "no notifications at night", "no messages at night", "quiet at night", "silent at night", "nothing at night", "not during the night", "dont send me anything at night", "dont send anything at night", "mute at night", "dont wake me", "dont wake me up":
		return Night
	case "not on weekends", "no alerts on weekends", "nothing on weekends", "no messages on weekends", "quiet on weekends", "not on the weekend", "nothing on the weekend", "dont send me anything on weekends",
		"dont send anything on weekends", "dont disturb me on weekends", "dont bother me on weekends", "weekends off", "no weekends":
		return Weekdays
	}

	return None
}

// changePhraseIntent looks up a phrase about what is set up.
func changePhraseIntent(words string) Intent {
	switch words {
	case "privacy", "what do you know about me", "what do you store", "what do you store about me", "who can see this":
		return Privacy
	case "undo", "undo that", "undo it", "undo this", "take it back", "take that back", "revert", "revert that":
		return Undo
	case "export my data", "export data", "export everything", "download my data", "get my data", "back up my data":
		return Export
	case "remove all", "unsubscribe all", "unsubscribe from everything", "unsubscribe me from everything", "delete all subscriptions", "remove all subscriptions", "remove all my subscriptions",
		"delete all my subscriptions", "cancel all subscriptions", "cancel all my subscriptions", "cancel all", "unfollow all", "unfollow everything", "remove everything", "stop following everything", "clear all":
		return EndAll
	case "delete me", "delete my account", "delete account", "delete my data", "delete all my data", "erase my data", "remove my data", "remove my account", "close my account", "forget me", "forget everything",
		"delete everything", "delete all", "erase everything", "delete everything about me":
		return Forget
	case "change the time", "change my time", "change time", "change the language", "change language", "change my language", "change the time zone", "change my time zone", "change time zone", "change timezone",
		"my settings", "change settings", "change my settings", "preferences", "configure":
		return Settings
	case "sources", "my sources", "the sources", "news sources", "your sources", "what are your sources", "where do you get your news", "where do you get the news from", "which outlets do you read":
		return Sources
	case "add a source", "add source", "add a feed", "add feed", "add a site", "add a website", "add sources", "add my own source", "new source":
		return AddSource
	case "change", "edit", "edit a subscription", "edit subscription", "edit subscriptions", "edit my subscriptions", "change a subscription", "change subscription", "change subscriptions", "change my subscriptions",
		"edit an alert", "change an alert":
		return Change
	}

	return None
}

// plainText keeps the words of a message: small letters, no punctuation.
func plainText(text string) string {
	keep := func(r rune) rune {
		switch {
		case r == '\'' || r == '’':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && r != 0xFE0F || strings.ContainsRune(`"#@$:*/=|()<>+&~`, r): // what queries are made of
			return unicode.ToLower(r)
		default:
			return ' '
		}
	}

	return strings.Join(strings.Fields(strings.Map(keep, text)), " ")
}

// isEmoji reports whether a text is nothing but symbols that people send as a nod.
func isEmoji(text string) bool {
	symbols := 0

	for _, r := range text {
		switch {
		case unicode.Is(unicode.So, r), unicode.Is(unicode.Sk, r) && r > unicode.MaxASCII:
			symbols++
		case unicode.IsSpace(r), r == 0x200D, unicode.Is(unicode.Mn, r): // joiners and variants
		default:
			return false
		}
	}

	return symbols > 0
}
