package input

import (
	"cmp"
	"errors"
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

// What is wrong with the options of a delivery.
var (
	ErrNoThread  = errors.New("talk: takes thread")
	ErrOnlySpike = errors.New("only: and spike: do not go together")
)

// ChangeDelivery returns a delivery with what options, by their names, change in it. An option
// that is not given changes nothing. The error is ErrNoThread, ErrOnlySpike, or a sentence for the
// person who typed the options.
func ChangeDelivery(d subscriptions.Delivery, options map[string]string) (subscriptions.Delivery, error) {
	d, err := changeTimes(d, options)
	if err != nil {
		return d, err
	}

	if talk := strings.TrimSpace(options["talk"]); talk != "" {
		d.Thread = !IsOff(talk)
		if d.Thread && !strings.EqualFold(talk, TalkThread) {
			return d, ErrNoThread
		}
	}

	if only := strings.TrimSpace(options[OptionOnly]); only != "" {
		d.Only = !IsOff(only)
	}

	if d.Only && d.Spike {
		return d, ErrOnlySpike
	}

	return d, nil
}

// changeTimes is the part of ChangeDelivery that says when alerts come, and how many.
func changeTimes(d subscriptions.Delivery, options map[string]string) (subscriptions.Delivery, error) {
	var err error

	when, most := strings.TrimSpace(options["when"]), strings.TrimSpace(options["max"])

	switch {
	case when == "":
	case strings.EqualFold(when, "default"):
		d.When, d.Own, d.Spike = subscriptions.Schedule{}, false, false
	default:
		d.Own, d.Spike = true, false
		if d.When, err = subscriptions.ParseSchedule(when); err != nil {
			return d, err
		}
	}

	switch {
	case most == "":
	case IsOff(most):
		d.Max = 0
	default:
		if d.Max, err = subscriptions.ParseMax(most); err != nil {
			return d, err
		}
	}

	if urgent := strings.TrimSpace(options["urgent"]); urgent != "" {
		d.Urgent = !IsOff(urgent)
	}

	if spike := strings.TrimSpace(options["spike"]); spike != "" {
		if d.Spike = !IsOff(spike); d.Spike { // it has no time of its own
			d.When, d.Own = subscriptions.Schedule{}, false
		}
	}

	return d, nil
}

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
