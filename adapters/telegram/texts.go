package telegram

// LogUnreachable is logged as an error when Telegram has not answered for a while.
const LogUnreachable = "Telegram can't be reached; trying again"

// Everything else that a person in a chat or an operator reads from this package.
const (
	sayBadToken = "this isn't a token as @BotFather gives them out; copy it again from the chat with @BotFather, number and colon included"
	sayBadURL   = "[telegram] api_url is not an http or https address"
	sayBadProxy = "[telegram] proxy is not an address like socks5://host:1080"
	sayToken401 = "Telegram doesn't know this token; ask @BotFather for the current one and put it into [telegram] token"
	sayToken404 = "Telegram answers Not Found: the token in [telegram] token is wrong or cut off, or api_url doesn't lead to a Bot API server"

	sayUnreachable = "Telegram can't be reached: %v"

	sayCannotListen = "Telegram's updates can't be received: %v; change [telegram] webhook_listen"

	logSlowDown = "Telegram asks to slow down"
	logConflict = "Another program is receiving this bot's updates from Telegram, most likely a second Newsbell with the same token; stop one of them"
	logWebhook  = "A webhook is set for this bot at Telegram, so another program receives its updates; remove it with `newsbell check --remove-webhook`, or give Newsbell a bot of its own"

	logOtherHook = "Another program has this bot's updates from Telegram posted to an address of its own; stop it, or give Newsbell a bot of its own"
	logHookStays = "the webhook that Newsbell set before could not be ended; asking for updates all the same"
	logHookFails = "Telegram can't post updates to [telegram] webhook; see that the address leads to [telegram] webhook_listen"

	sayNoSuchChat   = "I can't find %s. Add me there first, then name the channel or group by its @name or its number (-100…). For a topic, send the command in it."
	sayNotInChannel = "I'm not in %s yet. Add me there as an administrator who can post messages, then try again."
	sayNotInGroup   = "I'm not in %s yet. Add me there, then try again."
	sayNoPrivate    = "I can only send alerts to this chat, a group or a channel. Other people can subscribe by writing to me themselves."
	sayNoLookup     = "I can't look up chats right now. Please try again in a minute."
	sayNoTopic      = "I can't find that topic."

	anonymousAdmin = "an admin"
)

// sentence is an error whose text is for a person, complete as it is.
type sentence string

func (s sentence) Error() string { return string(s) }
