package discord

import "newsbell/adapters/discord/gateway"

// sentence is an error that people read as it is.
type sentence string

// Error is the sentence.
func (s sentence) Error() string { return string(s) }

// What people read, together in one place.
const (
	textUntitled = "Untitled"
	textRead     = "Read it"
	textMatched  = "Matched"
	textAlso     = "Also in"
	textMore     = "… and %d more in /news"
	textDigest   = "News for you"
	textNothing  = "…"
	textCut      = "\n-# There is more, too much to show here."
	textTrouble  = "Sorry, something went wrong on my side. Please try again in a moment."
)

// Why a chat or message does not work: one clause each, for people and /status.
const (
	reasonBudget    = "Discord refused too many requests lately, pausing"
	reasonNoAnswer  = "Discord did not answer"
	reasonNetwork   = "Discord could not be reached"
	reasonServer    = "Discord has trouble"
	reasonToken     = "Discord does not accept the bot's token"
	reasonForbidden = "the bot may not post there"
	reasonUnknown   = "the chat is not there any more"
	reasonRefused   = "Discord did not accept the message"
	reasonOpening   = "Discord asks to open fewer direct messages"
	reasonThreads   = "the server has too many open threads"
	reasonSlow      = "Discord asks to slow down"
	reasonAutoMod   = "the server's AutoMod blocked the message"
	reasonHarmful   = "Discord takes a link in the message for harmful"
)

// goneReason says why a chat cannot be reached, "" if the number says no such thing.
func goneReason(code int) string {
	switch code {
	case codeUnknownChannel:
		return "the channel was deleted"
	case codeUnknownGuild:
		return "the bot is not in that server"
	case codeUnknownUser, codeUnknownMember:
		return "the person is not on Discord any more"
	case codeMissingAccess:
		return "the bot cannot see the channel (View Channel)"
	case codeMissingRights:
		return "the bot lacks a right in the channel (Send Messages)"
	case codeCannotDM:
		return "the person does not accept direct messages"
	case codeNoMutual:
		return "the bot shares no server with the person"
	case codeNoText, codeWrongType:
		return "one cannot post in that kind of channel"
	case codeThreadArchived:
		return "the thread is archived"
	case codeThreadLocked:
		return "the thread is locked"
	}

	return ""
}

// What Lookup says to the person who named a chat.
const (
	sayNoServer    = "Here I only know you. To post into a channel, use the command in its server."
	sayNoChannel   = "I know no channel “%s” in this server. Pick it from the list, or check that I may see it."
	sayOtherServer = "That channel is in another server. Use the command there."
	sayNoPosting   = "One cannot post in “%s”. Pick a text channel, a thread, a forum or an announcement channel."
	sayTrouble     = "Discord does not answer just now. Please try again in a moment."
)

// What the operator reads when the adapter cannot go on.
const (
	fatalToken    = "Discord does not accept the bot's token: copy it again from the Bot page of your application (https://discord.com/developers/applications)"
	fatalNoToken  = "Discord has no token: set [discord] token, token_file or NEWSBELL_DISCORD_TOKEN"
	fatalSharding = "this bot is in too many servers for one connection; Discord wants it split (sharding)"
	fatalVersion  = "Discord no longer speaks this version of its gateway: update Newsbell"
	fatalIntents  = "Discord does not allow the events that Newsbell asks for: check the intents on the Bot page of your application"
	fatalProxy    = "[discord] proxy is not an address of the form http://host:port or socks5://host:port"
	fatalAPI      = "[discord] api_url is not an address of the form https://host/path"
)

// fatalClose is the sentence for a close code of the gateway that ends it all.
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
