package discord

import "newsbell/adapters/discord/gateway"

// sentence is an error that people read as it is.
type sentence string

// Error returns the sentence.
func (s sentence) Error() string { return string(s) }

// What people read, together in one place.
const (
	textUntitled = "Untitled" // a forum's post
	textNothing  = "…"
)

// Why a chat or message doesn't work: one clause each, for people and /status.
const (
	reasonBudget    = "Discord has refused too many requests, so the bot is pausing"
	reasonNoAnswer  = "Discord didn't answer"
	reasonNetwork   = "Discord can't be reached"
	reasonTooLong   = "the message is too long"
	reasonServer    = "Discord is having problems"
	reasonToken     = "Discord doesn't accept the bot's token"
	reasonForbidden = "the bot isn't allowed to post there"
	reasonUnknown   = "the chat no longer exists"
	reasonDeleted   = "the message was deleted"
	reasonOldEdits  = "Discord takes no more edits of old messages"
	reasonRefused   = "Discord rejected the message"
	reasonOpening   = "Discord wants the bot to open fewer direct messages"
	reasonThreads   = "the server has too many open threads"
	reasonSlow      = "Discord asked the bot to slow down"
	reasonAutoMod   = "the server's AutoMod blocked the message"
	reasonHarmful   = "Discord considers a link in the message harmful"
)

// goneReason says why a chat cannot be reached, "" if the number says no such thing.
func goneReason(code int) string {
	switch code {
	case codeUnknownChannel:
		return "the channel was deleted"
	case codeUnknownGuild:
		return "the bot isn't in that server"
	case codeUnknownUser, codeUnknownMember:
		return "the person has left Discord"
	case codeMissingAccess:
		return "the bot can't see the channel (View Channel)"
	case codeMissingRights:
		return "the bot isn't allowed to post in the channel (Send Messages)"
	case codeCannotDM:
		return "the person doesn't accept direct messages"
	case codeNoMutual:
		return "the bot shares no server with the person"
	case codeNoText, codeWrongType:
		return "that kind of channel takes no messages"
	case codeThreadArchived:
		return "the thread is archived"
	case codeThreadLocked:
		return "the thread is locked"
	}

	return ""
}

// What Lookup says to the person who named a chat.
const (
	sayNoServer       = "There are no channels in our private chat. To post in a channel, use the command in its server."
	sayNoChannel      = "I can't find a channel called “%s” in this server. Pick it from the list, or check that I can see it."
	sayOtherServer    = "That channel is in another server. Use the command there."
	sayNoPosting      = "“%s” takes no messages. Pick a text channel, a thread, a forum or an announcement channel."
	sayNoRole         = "I can't find that role in this server. Pick it from the list."
	sayNoEveryone     = "I can't mention @everyone in %s. Give me Mention Everyone there, or pick a role."
	sayNotMentionable = "I can't mention @%s in %s. In the role's settings, allow anyone to mention it, or give me Mention Everyone."
	sayTrouble        = "Discord isn't answering right now. Please try again in a moment."
)

// What the operator reads when the adapter cannot go on.
const (
	logCommands      = "The commands couldn't be registered with Discord; I'll try again at the next start"
	fatalToken       = "Discord doesn't accept the bot's token: copy it again from the Bot page of your application (https://discord.com/developers/applications)"
	fatalUnreachable = "Discord can't be reached: %v"
	fatalNoToken     = "Discord has no token: set [discord] token, token_file or NEWSBELL_DISCORD_TOKEN"
	nearServers      = "The bot is in about %d servers. Discord lets a bot join no more than %d before it's verified: ask for that in the developer portal."
	nearStarts       = "Discord lets the bot connect only %d more times today. Something starts it again and again."

	fatalSharding = "Discord wants this bot's servers split over several connections, but doesn't say over how many (/gateway/bot)"
	fatalVersion  = "Discord no longer speaks this version of its gateway: update Newsbell"
	fatalIntents  = "Discord doesn't allow the events that Newsbell asks for: check the intents on the Bot page of your application"
	fatalProxy    = "[discord] proxy is not an address of the form http://host:port or socks5://host:port"
	fatalAPI      = "[discord] api_url is not an address of the form https://host/path"
)

// fatalClose returns the sentence for a close code of the gateway that ends it all.
func fatalClose(code int) string {
	switch code {
	case gateway.CloseInvalidShard, gateway.CloseShardingRequired:
		return fatalSharding
	case gateway.CloseInvalidVersion:
		return fatalVersion
	case gateway.CloseInvalidIntents, gateway.CloseDisallowedIntents:
		return fatalIntents
	}

	return fatalToken
}
