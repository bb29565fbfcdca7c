package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbell/subscriptions"
)

// The platforms of the chats that stand for targets. E-mail has its own: it goes by one server,
// and while that is down, webhooks are to wait for nothing.
const (
	TargetPlatform = "target"
	MailPlatform   = "mail"
)

// IsTarget reports whether the chats of a platform stand for targets.
func IsTarget(platform string) bool { return platform == TargetPlatform || platform == MailPlatform }

// Bounds of the codes that one person has sent, and one address is sent, within a day.
const (
	codesMost   = 3
	codesWithin = 24 * time.Hour
)

// Target is another address that a chat's alerts go.
type Target struct {
	Chat   int64 // that stands for it: alerts for it wait there
	Owner  int64 // the chat whose alerts they are
	URL    string
	Secret string // that a webhook's messages are signed with, "" none
	State  ChatState
	// Code is what has to be said in the chat before alerts go there, until CodeUntil; "":
	// they go there.
	Code      string
	CodeUntil time.Time
	Language  string // of who reads it there
	// Schedule is when alerts go there, as one digest; at once: as they come in the chat.
	Schedule subscriptions.Schedule
	// Failing is why its oldest message did not arrive yet, though it was tried; "": none waits so.
	Failing string
}

// AddTarget has the alerts of a chat go to one more address. Chat is filled in.
func (t *Tx) AddTarget(owner *Chat, g Target) (*Target, error) {
	var next int64 // no chat that is there has it
	if err := t.one("SELECT coalesce(max(id), 0) + 1 FROM chats", nil, &next); err != nil {
		return nil, err
	}

	platform := TargetPlatform
	if strings.HasPrefix(g.URL, "mailto:") {
		platform = MailPlatform
	}

	c, err := t.EnsureChat(Chat{Platform: platform, Address: strconv.FormatInt(next, 10), Kind: owner.Kind, Language: owner.Language})
	if err != nil {
		return nil, err
	}

	g.Chat, g.Owner, g.State = c.ID, owner.ID, c.State
	_, err = t.exec("INSERT INTO targets (chat, owner, url, secret, code, code_until, schedule) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		g.Chat, g.Owner, g.URL, g.Secret, g.Code, nullMillis(g.CodeUntil), g.Schedule.String())

	return &g, err
}

// ConfirmTarget has alerts go to a target from now on.
func (t *Tx) ConfirmTarget(chat int64) error {
	return t.run("UPDATE targets SET code = '', code_until = NULL WHERE chat = $1", chat)
}

// NoteFailing notes that a target's chat is told that a message does not arrive. It reports false if it
// was told of that message before.
func (t *Tx) NoteFailing(target, message int64) (first bool, err error) {
	changed, err := t.exec("UPDATE targets SET told_of = $2 WHERE chat = $1 AND told_of <> $2", target, message)
	return changed > 0, err
}

// ScheduleTarget says when alerts go to a target. What waits stays as it is until Reschedule.
func (t *Tx) ScheduleTarget(chat int64, when subscriptions.Schedule) error {
	return t.run("UPDATE targets SET schedule = $2 WHERE chat = $1", chat, when.String())
}

// NoteCode notes that a person has a code sent to an address. It reports false, and notes nothing, if
// there were too many of the person or to the address within a day. Both are kept as hashes for that
// day, so that they cannot be read there, and so that /forget does not reset the count.
func (t *Tx) NoteCode(person, address string) (may bool, err error) {
	person, address = hashSecret(person), hashSecret(address)
	since := toMillis(t.Now.Add(-codesWithin))

	var ofPerson, toAddress int

	err = t.one("SELECT count(*) FILTER (WHERE person = $1), count(*) FILTER (WHERE place = $2) FROM target_codes WHERE at > $3",
		[]any{person, address, since}, &ofPerson, &toAddress)
	if err != nil {
		return false, err
	}

	if ofPerson >= codesMost || toAddress >= codesMost {
		return false, nil
	}

	_, err = t.exec("INSERT INTO target_codes (person, place, at) VALUES ($1, $2, $3)", person, address, toMillis(t.Now))

	return err == nil, err
}

// Targets lists where else a chat's alerts go, in the order in which they were added.
func (t *Tx) Targets(owner int64) (all []Target, err error) {
	return t.targetsWhere("g.owner = $1 ORDER BY g.chat", owner)
}

// FailingTargets lists the targets at which nothing arrives for now.
func (t *Tx) FailingTargets() ([]Target, error) {
	return t.targetsWhere("c.state <> $1 AND g.code = '' AND EXISTS (SELECT 1 FROM messages m WHERE m.chat = g.chat AND m.state = 'open' AND m.result <> '') ORDER BY g.chat", Asleep)
}

// TargetAt finds the target that the chat at an address stands for, or returns ErrNotFound.
func (t *Tx) TargetAt(address string) (Target, error) {
	return firstOf(t.targetsWhere("c.platform IN ($1, $2) AND c.address = $3", TargetPlatform, MailPlatform, address))
}

// TargetOf finds the target that a chat stands for, or returns ErrNotFound.
func (t *Tx) TargetOf(chat int64) (Target, error) {
	return firstOf(t.targetsWhere("g.chat = $1", chat))
}

func (t *Tx) targetsWhere(where string, args ...any) ([]Target, error) {
	failing := "coalesce((SELECT m.result FROM messages m WHERE m.chat = g.chat AND m.state = 'open' AND m.result <> '' ORDER BY m.id LIMIT 1), '')"

	return readAll(t, "SELECT g.chat, g.owner, g.url, g.secret, g.code, g.code_until, c.state, c.language, g.schedule, "+failing+" FROM chats c JOIN targets g ON g.chat = c.id WHERE "+where, args, func(scan scanFunc) (g Target, err error) {
		var (
			until    sql.NullInt64
			schedule string
		)

		if err := scan(&g.Chat, &g.Owner, &g.URL, &g.Secret, &g.Code, &until, &g.State, &g.Language, &schedule, &g.Failing); err != nil {
			return g, err
		}

		g.CodeUntil = fromNull(until)

		if g.Schedule, err = subscriptions.ParseSchedule(schedule); err != nil {
			return g, fmt.Errorf("read when alerts go to target %d: %w", g.Chat, err)
		}

		return g, nil
	})
}

// targetsOf lists the targets of chats for which conditions hold, by owner.
func (t *Tx) targetsOf(owners []int64, conditions ...string) (map[int64][]int64, error) {
	text, args := inList(owners)

	return readLists[int64, int64](t, "SELECT owner, chat FROM targets WHERE "+strings.Join(append(conditions, "owner IN "+text), " AND ")+" ORDER BY chat", args...)
}

// withTargets adds to alerts those of their chats' targets. They come at the same time, unless a target
// has a schedule of its own. zone is that of chats that have set none.
func (t *Tx) withTargets(alerts []PendingAlert, zone *time.Location) ([]PendingAlert, error) {
	owners := make([]int64, len(alerts))
	for i, a := range alerts {
		owners[i] = a.Chat
	}

	byOwner, err := t.targetsOf(owners, "code = ''")
	if err != nil || len(byOwner) == 0 {
		return alerts, err
	}

	own, err := t.ownTimes("owner", owners)
	if err != nil {
		return nil, err
	}

	all := slices.Clone(alerts)

	for _, a := range alerts {
		for _, target := range byOwner[a.Chat] {
			timing := own[target].dueAt(subscriptions.Timing{Due: a.Due, Hold: subscriptions.Hold(a.Bundle), Rule: a.Rule, Awaits: a.Awaits}, t.Now, zone)
			all = append(all, PendingAlert{Chat: target, Due: timing.Due, Bundle: string(timing.Hold), Awaits: timing.Awaits, Rule: timing.Rule, Hits: a.Hits})
		}
	}

	return all, nil
}

// ownTime is when alerts go to a target that has times of its own; the zero value: as they
// come in its chat.
type ownTime struct {
	schedule string // as in the table
	zone     string // of its chat, "" none
}

// ownTimes reads the times of those targets that have their own, by target. column, "owner" or
// "chat", is which of a target the list names.
func (t *Tx) ownTimes(column string, chats []int64) (map[int64]ownTime, error) {
	own := map[int64]ownTime{}
	text, args := inList(chats)

	return own, eachTriple(t, "SELECT g.chat, g.schedule, c.time_zone FROM targets g JOIN chats c ON c.id = g.owner WHERE g.schedule <> '' AND g."+column+" IN "+text, args,
		func(chat int64, schedule, zone string) { own[chat] = ownTime{schedule, zone} })
}

// dueAt turns the timing of an alert in a chat into that for the target. The chat's quiet hours and
// digests do not matter there. An alert that may not come at all waits as it does in the chat.
func (o ownTime) dueAt(timing subscriptions.Timing, now time.Time, fallback *time.Location) subscriptions.Timing {
	if o.schedule == "" || timing.Due.IsZero() || timing.Hold.Doubt() > 0 {
		return timing
	}

	plan, err := subscriptions.ParsePlan("", o.schedule, "", o.zone, fallback)
	if err != nil || plan.Digest.Kind == subscriptions.AtOnce { // none that was written
		return timing
	}

	timing.Due, timing.Hold, timing.Awaits = plan.Digest.Next(now, plan.Zone), subscriptions.HoldDigest, 0
	if timing.Rule == subscriptions.RuleOnly { // there is time enough to judge it
		timing.Rule = ""
	}

	return timing
}
