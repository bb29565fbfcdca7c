package hold

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"newsbell/adapters"
	"newsbell/bot/button"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/taste"
	"newsbell/bot/turn"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// CommandLeaveOut stands in the token of a button that leaves words out of subscriptions: their
// rows, a space, and the words.
const CommandLeaveOut = "leave_out"

// CommandMuteOutlet stands in the token of a button that mutes an outlet: for how many hours, 0 for good, and its name.
const CommandMuteOutlet = "mute_outlet"

// LongestUnwanted is the longest text that is left out of subscriptions, in bytes.
const LongestUnwanted = 60

// OfferWithout answers somebody who does not want to read of something: it offers to end what looks
// for it, or else to leave it out of what the chat follows.
func (h *Handler) OfferWithout(ctx context.Context, t *turn.Turn, typed, unwanted string) (*adapters.Message, error) {
	dest, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	asTyped := t.ConfirmedButton(t.Say("button.as_typed"), "subscribe", typed) // "no more heroes", a song

	if len(all) == 0 {
		m := listing.NothingFollowed(t.Words, dest.Name(t.Words))
		m.Buttons = append(m.Buttons, []adapters.Button{asTyped})

		return m, nil
	}

	if about := lookingFor(all, unwanted); len(about) > 0 {
		m := t.Message("ask.unsubscribe")
		m.Buttons = listing.ChooseButtons(t, c, about, turn.Page{}, adapters.Button{Label: t.Say("button.cancel"), Data: button.Nothing}, asTyped)

		return m, nil
	}

	outlet, err := h.outletNamed(ctx, c, unwanted)
	if err != nil {
		return nil, err
	}

	last := []adapters.Button{{Label: t.Say("button.cancel"), Data: button.Nothing}, asTyped}

	if outlet != "" && len(all) <= taste.Most {
		m := t.Message("mute.what")
		m.Buttons = [][]adapters.Button{
			{
				t.ConfirmedButton(t.Say("button.mute_for", "what", outlet, "hours", muteHours), CommandMuteOutlet, strconv.Itoa(muteHours)+" "+outlet),
				t.ConfirmedButton(outlet, CommandMuteOutlet, "0 "+outlet),
			},
			{t.ConfirmedButton(t.Say("button.mute_word", "word", unwanted), CommandLeaveOut, listing.IDs(all)+" "+unwanted)},
			last,
		}

		return m, nil
	}

	if len(all) <= taste.Most {
		m := t.Message("mute.offer", "word", unwanted)
		m.Buttons = [][]adapters.Button{{button.AsMain(t.ConfirmedButton(t.Say("button.apply_rule"), CommandLeaveOut, listing.IDs(all)+" "+unwanted))}, last}

		return m, nil
	}

	var offered []adapters.Button
	for _, s := range all[:min(len(all), listing.ChooseSize)] {
		offered = append(offered, t.ConfirmedButton("#"+strconv.Itoa(s.Number)+" "+t.Spell(s.Query), CommandLeaveOut, button.ID(s.ID)+" "+unwanted))
	}

	m := t.Message("mute.offer_of", "word", unwanted)
	m.Buttons = button.Layout(c.Platform, offered, last)

	return m, nil
}

// outletNamed is the outlet of a source of a chat whose name a text is, whatever its capitals; "" none.
func (h *Handler) outletNamed(ctx context.Context, c *store.Chat, text string) (outlet string, err error) {
	err = h.Store.View(ctx, func(tx *store.Tx) error {
		all, err := tx.SourcesFor(c.ID)
		for _, s := range all {
			if strings.EqualFold(s.Outlet, text) {
				outlet = s.Outlet
				break
			}
		}

		return err
	})

	return outlet, err
}

// MuteOutlet mutes an outlet in the chat, as a button of OfferWithout says.
func (h *Handler) MuteOutlet(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	hours, outlet := input.CutWord(text)

	_, c, _, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if c.ID == 0 {
		return t.OldButton(), nil
	}

	m := store.OutletMute(c.ID, outlet)
	if n, err := strconv.Atoi(hours); err == nil && n > 0 {
		m.Until = t.Now.Add(time.Duration(n) * time.Hour)
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) { return h.addMute(tx, t, c, m) })
}

// lookingFor are the subscriptions that have to find something, not those that leave it out.
func lookingFor(all []*store.Subscription, what string) (found []*store.Subscription) {
	for _, s := range all {
		q, err := query.ParseCanonical(s.Canonical)
		if err != nil {
			continue
		}

		if slices.ContainsFunc(q.Clauses(), func(c query.Clause) bool {
			_, finds := index.Match(c.Query, &news.Article{Title: what})
			return finds && !c.Excluded
		}) {
			found = append(found, s)
		}
	}

	return found
}

// LeaveOut leaves words out of subscriptions of the chat, as a button of OfferWithout says.
func (h *Handler) LeaveOut(ctx context.Context, t *turn.Turn, text string) (*adapters.Message, error) {
	ids, words := input.CutWord(text)

	_, c, all, err := h.Listing.OfTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var of []int64

	for _, s := range all {
		if slices.Contains(strings.Split(ids, ","), button.ID(s.ID)) {
			of = append(of, s.ID)
		}
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		return h.muteWordIn(tx, t, c, of, UnwantedTerm(words), time.Time{})
	})
}

// UnwantedTerm returns words that are to be left out as a query has them; "" if none of them is a word.
func UnwantedTerm(words string) string {
	if strings.ContainsFunc(words, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }) {
		words = `"` + words + `"`
	}

	if _, err := query.Parse(words); err != nil {
		return ""
	}

	return words
}
