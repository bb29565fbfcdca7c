package input

import (
	"cmp"
	"strconv"
	"strings"

	"newsbell/store"
	"newsbell/subscriptions"
)

// What in: takes.
const (
	ScopeMine       = "mine"
	ScopeEverywhere = "everywhere"
)

// DeliveryOptions writes how a subscription is delivered, and what it is matched against, as
// options that set exactly that.
func DeliveryOptions(s *store.Subscription) string {
	d, err := subscriptions.ParseDelivery(s.Delivery)
	if err != nil {
		return ""
	}

	when, most, scope, talk := "default", "off", ScopeMine, "off"

	if d.Own {
		when = cmp.Or(d.When.String(), "now")
	}

	if d.Max > 0 {
		most = strconv.Itoa(d.Max)
	}

	if s.Scope == store.ScopeEverywhere {
		scope = ScopeEverywhere
	}

	if d.Thread {
		talk = TalkThread
	}

	only, label := OptionOnly+":off", OptionLabel+":off"

	if s.Only != "" {
		only = AsOption(OptionOnly, s.Only)
	}

	if s.Label != "" {
		label = AsOption(OptionLabel, s.Label)
	}

	return strings.Join([]string{
		"when:" + when, "max:" + most, "urgent:" + yesNo(d.Urgent), "in:" + scope, "min:" + strconv.Itoa(max(s.Outlets, 1)),
		"ping:" + OrOff(s.Ping), "talk:" + talk, "spike:" + yesNo(d.Spike), only, label,
	}, " ")
}

// TalkThread is the value of talk: that opens a thread below each alert.
const TalkThread = "thread"

func yesNo(on bool) string {
	if on {
		return "yes"
	}

	return "no"
}
