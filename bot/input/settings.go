package input

import (
	"errors"
	"slices"
	"strings"

	"newsbell/store"
	"newsbell/subscriptions"
)

// What can be set (/settings key value).
const (
	KeyZone      = "zone"
	KeyQuiet     = "quiet"
	KeyDigest    = "digest"
	KeyOrder     = "order" // of the stories in a digest
	KeyStyle     = "style"
	KeyPictures  = "pictures"
	KeyColor     = "color" // of alerts on Discord
	KeyOpening   = "line"  // before each alert
	KeySilent    = "silent"
	KeyTranslate = "translate" // while a language model works
	KeyBrief     = "brief"
	KeyLanguage  = "language"
	KeyOutlet    = "outlet"   // alerts come in the names of their outlets, on Discord
	KeyPublish   = "publish"  // to those who follow an announcement channel of Discord
	KeyTopics    = "topics"   // of a private chat, one for each subscription
	KeyManagers  = "managers" // who may set them besides administrators
)

// ParseKey names the setting that a person means, "" if there is none.
func ParseKey(word string) string {
	switch word = strings.ToLower(word); word {
	case "timezone", "time_zone", "tz", "time":
		return KeyZone
	case "alerts", "when", "delivery", "schedule":
		return KeyDigest
	case "sort", "group", "grouping":
		return KeyOrder
	case "colour":
		return KeyColor
	case "first", "opening", "first_line":
		return KeyOpening
	case "picture", "images", "image":
		return KeyPictures
	case "translation", "translations":
		return KeyTranslate
	case "mute":
		return KeySilent
	case "outlets", "webhook", "sender", "name":
		return KeyOutlet
	case "publishing", "crosspost":
		return KeyPublish
	case "manager", "admins", "mods":
		return KeyManagers
	case "topic", "threads":
		return KeyTopics
	case "lang":
		return KeyLanguage
	}

	if slices.Contains(Keys(), word) {
		return word
	}

	return ""
}

// Keys are what can be set, in the order in which they are offered.
func Keys() []string {
	return []string{
		KeyLanguage, KeyZone, KeyQuiet, KeyDigest, KeyBrief, KeyStyle, KeyPictures, KeySilent, KeyOrder,
		KeyOpening, KeyColor, KeyOutlet, KeyTranslate, KeyPublish, KeyTopics, KeyManagers,
	}
}

// Default is the value that takes a setting back: the zone of the operator, the
// language of the person's app.
const Default = "default"

// OrDefault is a value as people type it, where none means the default.
func OrDefault(value string) string {
	if value == "" {
		return Default
	}

	return value
}

// ParseBriefTime reads when a brief comes; at once is never.
func ParseBriefTime(s string) (subscriptions.Schedule, error) {
	switch strings.ToLower(s) {
	case "off", "none", "never", "no":
		return subscriptions.Schedule{}, nil
	}

	when, err := subscriptions.ParseSchedule(s)
	if err == nil && !when.HasTime() {
		err = errors.New("a brief comes at a time of day")
	}

	return when, err
}

// ParseOrder reads in what order digests show their stories; ok: it is one.
func ParseOrder(value string) (order store.Order, ok bool) {
	switch strings.TrimPrefix(strings.ToLower(value), "by ") {
	case "subscription", "subscriptions", "query", Default:
		return store.OrderSubscription, true
	case "told", "most told", "most-told", "outlets", "top":
		return store.OrderTold, true
	case "time", "newest", "newest first", "date", "age":
		return store.OrderTime, true
	default:
		return "", false
	}
}

// OrderWord is an order as people type it.
func OrderWord(o store.Order) string {
	if o == store.OrderSubscription {
		return "subscription"
	}

	return string(o)
}

// ParseStyle reads how much alerts show; ok: it is a style.
func ParseStyle(value string) (style store.Style, ok bool) {
	switch strings.ToLower(value) {
	case "full", "all", "long", "default":
		return store.StyleFull, true
	case "compact", "short":
		return store.StyleCompact, true
	case "title", "titles", "title only", "titles only", "headline", "headlines":
		return store.StyleTitle, true
	default:
		return "", false
	}
}

// StyleWord is a style as people type it.
func StyleWord(s store.Style) string {
	if s == store.StyleFull {
		return "full"
	}

	return string(s)
}

// ParseSwitch reads what is on or off; ok: it is one of both.
func ParseSwitch(value string) (on, ok bool) {
	switch strings.ToLower(value) {
	case "on", "yes", "true":
		return true, true
	case "off", "no", "false", "none":
		return false, true
	default:
		return false, false
	}
}

// OnOff is a switch as people type it.
func OnOff(on bool) string {
	if on {
		return "on"
	}

	return "off"
}
