package subscriptions

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Delivery is how the alerts of a subscription come. The zero value is as its chat has
// it by default.
type Delivery struct {
	When   Schedule
	Own    bool // When was chosen for the subscription; else its chat's digest says when
	Urgent bool // quiet hours do not hold it
	Max    int  // how many alerts a day may come, the rest comes in a digest; 0: all
	Thread bool // a thread opens below each alert that comes by itself (talk:thread)
	Spike  bool // it alerts only when far more comes than usual, see [IsSpike]
	Only   bool // a language model judges its articles before they alert (only:)
}

// MostOutlets is the largest number of outlets that min: and quiet hours take. No story here was ever
// told by more.
const MostOutlets = 50

// mostADay is the largest number that max: takes.
const mostADay = 500

// What stands in the text of a delivery for Thread, Spike and Only.
const (
	wordThread = "thread"
	wordSpike  = "spike"
	wordOnly   = "only"
)

// WantsThread reports whether a delivery as it stands in a table asks for threads.
func WantsThread(delivery string) bool {
	return delivery != "" && slices.Contains(strings.Fields(delivery), wordThread)
}

// ParseDelivery reads what [Delivery.String] prints, and a schedule as a person writes it
// with max:N, urgent and thread around it. The error is a sentence for that person.
func ParseDelivery(s string) (Delivery, error) {
	var (
		d    Delivery
		when []string
	)

	for word := range strings.FieldsSeq(plainWords(s)) {
		most, isMax := strings.CutPrefix(word, "max:")

		switch {
		case word == "urgent":
			d.Urgent = true
		case word == wordThread:
			d.Thread = true
		case word == wordSpike:
			d.Spike = true
		case word == wordOnly:
			d.Only = true
		case isMax:
			var err error
			if d.Max, err = ParseMax(most); err != nil {
				return Delivery{}, err
			}
		default:
			when = append(when, word)
		}
	}

	var err error
	if d.When, err = ParseSchedule(strings.Join(when, " ")); err != nil {
		return Delivery{}, err
	}

	d.Own = len(when) > 0

	return d, nil
}

// ParseMax reads how many alerts a day may come. The error is a sentence for the person who typed it.
func ParseMax(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 || n > mostADay {
		return 0, fmt.Errorf("max: takes a number of alerts a day from 1 to %d, such as max:5", mostADay)
	}

	return n, nil
}

// String is the delivery as it stands in a table; "" is as the chat has it.
func (d Delivery) String() string {
	var parts []string

	switch {
	case d.Own && d.When.Kind == AtOnce:
		parts = append(parts, "now")
	case d.Own:
		parts = append(parts, d.When.String())
	}

	if d.Urgent {
		parts = append(parts, "urgent")
	}

	if d.Max > 0 {
		parts = append(parts, "max:"+strconv.Itoa(d.Max))
	}

	if d.Thread {
		parts = append(parts, wordThread)
	}

	if d.Spike {
		parts = append(parts, wordSpike)
	}

	if d.Only {
		parts = append(parts, wordOnly)
	}

	return strings.Join(parts, " ")
}

// Hold is why an alert is not sent at once and on its own.
type Hold string

// Why an alert is held.
const (
	HoldNothing Hold = ""
	HoldFew     Hold = "few"    // too few outlets report its story yet
	HoldDigest  Hold = "digest" // it belongs in a digest
	HoldQuiet   Hold = "quiet"  // the chat's quiet hours hold it
	HoldSpike   Hold = "spike"  // it waits for others like it, and comes only with them
)

// StoryLife is how long a story waits for further outlets.
const StoryLife = 72 * time.Hour

// Plan is when the alerts of one subscription come to its chat.
type Plan struct {
	Delivery Delivery
	Min      int      // how many outlets must tell a story; 0 and 1: any
	Digest   Schedule // of the chat: when alerts come unless the subscription says so
	Quiet    Quiet    // of the chat
	Zone     *time.Location
}

// ParsePlan reads a plan from how its parts stand in the tables. An empty zone is
// fallback.
func ParsePlan(delivery, digest, quiet, zone string, fallback *time.Location) (Plan, error) {
	var (
		p    = Plan{Zone: LoadZone(zone, fallback)}
		errs [3]error
	)

	p.Delivery, errs[0] = ParseDelivery(delivery)
	p.Digest, errs[1] = ParseSchedule(digest)
	p.Quiet, errs[2] = ParseQuiet(quiet)

	return p, errors.Join(errs[:]...)
}

// LoadZone returns the time zone that a chat has set by its name. It is fallback where none is set or the name is
// not known, and UTC where that is nil.
func LoadZone(name string, fallback *time.Location) *time.Location {
	if named, err := time.LoadLocation(name); name != "" && err == nil {
		return named
	}

	return cmp.Or(fallback, time.UTC)
}

// When is the schedule that holds: the subscription's own, else its chat's.
func (p *Plan) When() Schedule {
	if p.Delivery.Own {
		return p.Delivery.When
	}

	return p.Digest
}

// Timing is when an alert comes.
type Timing struct {
	Due    time.Time
	Hold   Hold
	Rule   string // what let it through quiet hours or made it wait for a digest, see [RuleUrgent]; "" nothing special
	Awaits int    // at how many outlets of the story it is to be looked at again; 0: never
}

// The rules of a [Timing]. Those that end in a space are followed by a value: how many
// outlets, the word, how many alerts a day.
const (
	RuleUrgent  = "urgent"
	RuleOutlets = "outlets "
	RuleWord    = "word "
	RuleMax     = "max "
	RuleSpike   = "spike " // how many stories came in an hour, and how many usually do
	RuleOnly    = "only"   // it waits until a language model has judged it
)

// JudgeTime is how long an alert that would come at once waits for a language model to judge
// it; then it comes unjudged.
const JudgeTime = time.Minute

// LongestOnly is how many characters only: takes.
const LongestOnly = 200

// At returns when an alert that is made now comes. outlets is how many tell the story,
// and spared says that the article has what the quiet hours let through. over: as many
// alerts as may come a day have come.
func (p *Plan) At(now time.Time, outlets int, spared, over bool) Timing {
	t := p.at(now, outlets, spared, over)
	if p.Delivery.Only && t.Hold == HoldNothing {
		t.Due = t.Due.Add(JudgeTime)

		if t.Rule == "" {
			t.Rule = RuleOnly
		}
	}

	return t
}

// at is At as if nothing were judged.
func (p *Plan) at(now time.Time, outlets int, spared, over bool) Timing {
	if outlets < p.Min {
		return Timing{Due: now.Add(StoryLife), Hold: HoldFew, Awaits: p.Min}
	}

	if p.Delivery.Spike {
		return Timing{Due: now.Add(SpikeWindow), Hold: HoldSpike}
	}

	t := Timing{Due: now}

	switch when := p.When(); {
	case when.Kind != AtOnce:
		t.Due, t.Hold = when.Next(now, p.Zone), HoldDigest
	case over:
		t = Timing{Due: p.overflow(now), Hold: HoldDigest, Rule: RuleMax + strconv.Itoa(p.Delivery.Max)}
	}

	end := p.Quiet.Ends(t.Due, p.Zone)

	switch {
	case end.IsZero():
		return t
	case t.Hold == HoldDigest: // a digest is never urgent
		t.Due = end
		return t
	}

	if t.Rule = p.letsThrough(outlets, spared); t.Rule != "" {
		return t
	}

	t.Due, t.Hold = end, HoldQuiet
	if p.Quiet.Outlets > outlets {
		t.Awaits = p.Quiet.Outlets
	}

	return t
}

// letsThrough names the rule by which quiet hours do not hold an alert, "" if they do.
func (p *Plan) letsThrough(outlets int, spared bool) string {
	switch {
	case p.Delivery.Urgent:
		return RuleUrgent
	case p.Quiet.Outlets > 0 && outlets >= p.Quiet.Outlets:
		return RuleOutlets + strconv.Itoa(p.Quiet.Outlets)
	case spared:
		return RuleWord + p.Quiet.Except
	default:
		return ""
	}
}

// overflow is when what is over max: comes: with the chat's digest, else in the morning.
func (p *Plan) overflow(now time.Time) time.Time {
	if p.Digest.Kind != AtOnce {
		return p.Digest.Next(now, p.Zone)
	}

	return Schedule{Kind: Daily, Minute: morning}.Next(now, p.Zone)
}

// DayStart is when the local day of a moment began.
func DayStart(at time.Time, zone *time.Location) time.Time {
	year, month, day := at.In(zone).Date()
	return firstInstantAt(year, month, day, 0, zone)
}

// Earlier is the timing of an alert for two subscriptions: the first that comes. The zero
// Timing is none.
func (t Timing) Earlier(other Timing) Timing {
	if t.Due.IsZero() || !other.Due.IsZero() && other.ComesBefore(t) {
		t, other = other, t
	}

	if t.Rule == RuleOnly && other.Rule != RuleOnly && !other.Due.IsZero() { // it comes whatever is judged
		t.Rule = ""
	}

	if other.Awaits > 0 && (t.Awaits == 0 || other.Awaits < t.Awaits) && t.Hold != HoldNothing {
		t.Awaits = other.Awaits
	}

	return t
}

// ComesBefore reports whether an alert comes by one timing rather than by another: by one
// that is certain, whenever it is due, before one that may pass without it; else by the one
// that is due first.
func (t Timing) ComesBefore(other Timing) bool {
	if a, b := t.Hold.Doubt(), other.Hold.Doubt(); a != b {
		return a < b
	}

	return t.Due.Before(other.Due)
}

// Doubt is how doubtful it is that an alert comes that is held so: 0 it does. That further
// outlets join is waited for longer than for a spike.
func (h Hold) Doubt() int {
	switch h {
	case HoldFew:
		return 1
	case HoldSpike:
		return 2
	default:
		return 0
	}
}
