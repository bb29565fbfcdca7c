package gate

import "time"

// Limits is the pace that a platform asks for.
type Limits struct {
	// PerSecond is how many messages the bot may send in one second; 0: no limit.
	PerSecond float64
	// PerChat is the pause between two messages to one chat.
	PerChat time.Duration
	// PerMinute is how many messages a chat of many people takes in a minute; 0:
	// no limit.
	PerMinute int
}

// TelegramLimits returns the documented ones: https://core.telegram.org/bots/faq
// ("My bot is hitting limits").
func TelegramLimits() Limits {
	return Limits{PerSecond: 30, PerChat: time.Second, PerMinute: 20}
}

// DiscordLimits returns 50 requests a second; answers to interactions are exempt and do
// not come here, and the limits of single routes come with the answers: https://discord.com/developers/docs/topics/rate-limits.
func DiscordLimits() Limits { return Limits{PerSecond: 50} }
