package telegram

// Everything that a person in a chat or an operator reads from this package.
const (
	sayBadToken = "the Telegram token is not one that @BotFather gives out; copy it again into [telegram] token"
	sayBadAPI   = "[telegram] api_url is not an http or https address"
	sayBadProxy = "[telegram] proxy is not an address like socks5://host:1080"
	sayToken401 = "Telegram does not know this token; ask @BotFather for the current one and put it into [telegram] token"
	sayToken404 = "Telegram answers Not Found: the token in [telegram] token is wrong or cut off, or api_url does not lead to a Bot API server"
	sayConflict = "Telegram gives the updates to somebody else: most likely another Newsbell with this token is running; stop one of them"
	sayWebhook  = "a webhook is set for this bot, so another program receives its updates; remove it with the deleteWebhook method, or give Newsbell a bot of its own"

	sayNoTitle  = "(no title)"
	sayJustNow  = "just now"
	sayMatched  = "Matched: "
	sayAlso     = "Also in: "
	sayMore     = "and %d more"
	sayMoreNews = "… and %d more: /news"
	sayCut      = "… (the rest does not fit into one message)"

	sayNoSuchChat   = "I cannot find %s. Add me there first; a channel or group is named @name or by its number, -100…."
	sayNotInChannel = "I am not in %s yet. Add me there as an administrator who may post messages, then try again."
	sayNotInGroup   = "I am not in %s yet. Add me there, then try again."
	sayNoPrivate    = "I can only send alerts to this chat, or to a group or channel. For a person, let them write to me themselves."
	sayNoLookup     = "I cannot look up chats right now. Please try again in a minute."
	sayBadFile      = "I could not read that file. Please send it again."
	sayBigFile      = "That file is too big for me. Please send one of at most 2 MB."
	sayNoFile       = "(The file could not be sent here.)"
	sayNoTopic      = "I cannot find that topic."

	anonymousAdmin = "an admin"
)

// sentence is an error whose text is for a person, complete as it is.
type sentence string

func (s sentence) Error() string { return string(s) }
