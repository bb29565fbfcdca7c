// Package transfer moves what a chat has set up in and out: its sources, bundles,
// subscriptions and settings. What it writes it reads back to the same state, on this
// bot or another. Lists of feeds (OPML) of other readers and bots are read, too.
package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"newsbell/news"
	"newsbell/sources/bundles"
	"newsbell/sources/opml"
	"newsbell/store"
	"newsbell/subscriptions"
	"newsbell/subscriptions/query"
)

// format names the files that this package writes, and the way they are written.
const format = "newsbell 1"

// Account is what a chat has set up.
type Account struct {
	Format        string         `json:"format"`
	Settings      *Settings      `json:"settings,omitempty"` // nil: they stay as they are
	Bundles       []string       `json:"bundles,omitempty"`
	Sources       []news.Source  `json:"sources,omitempty"` // that the chat added; without Folder
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
}

// Settings are those of a chat, as [store.Chat] has them.
type Settings struct {
	Language   string `json:"language,omitempty"`
	Zone       string `json:"zone,omitempty"`
	Quiet      string `json:"quiet,omitempty"`
	Digest     string `json:"digest,omitempty"`
	Order      string `json:"order,omitempty"`
	Brief      string `json:"brief,omitempty"`
	Style      string `json:"style,omitempty"`
	Color      string `json:"color,omitempty"`
	Opening    string `json:"first_line,omitempty"`
	ByOutlet   bool   `json:"by_outlet,omitempty"`
	NoPictures bool   `json:"no_pictures,omitempty"`
	Translate  bool   `json:"translate,omitempty"`
	Silent     bool   `json:"silent,omitempty"`
	Topics     bool   `json:"topics,omitempty"`
}

// Subscription is one of the chat's.
type Subscription struct {
	Query    string `json:"query"`
	Delivery string `json:"delivery,omitempty"` // see subscriptions.ParseDelivery
	Outlets  int    `json:"outlets,omitempty"`
	Scope    string `json:"scope,omitempty"`
	Ping     string `json:"ping,omitempty"`
	Label    string `json:"label,omitempty"`
	Only     string `json:"only,omitempty"` // with "only" in Delivery
}

// Export reads what a chat has set up.
func Export(tx *store.Tx, c *store.Chat) (*Account, error) {
	a := &Account{Format: format, Settings: settingsOf(c)}

	var err error
	if a.Bundles, err = tx.BundlesOf(c.ID); err != nil {
		return nil, fmt.Errorf("export the bundles: %w", err)
	}

	slices.Sort(a.Bundles)

	own, err := tx.OwnSources(c.ID)
	if err != nil {
		return nil, fmt.Errorf("export the sources: %w", err)
	}

	for _, s := range own {
		source := s.Source
		source.Folder = "" // the operator's, who imported it
		a.Sources = append(a.Sources, source)
	}

	slices.SortFunc(a.Sources, func(x, y news.Source) int { return strings.Compare(x.URL, y.URL) })

	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return nil, fmt.Errorf("export the subscriptions: %w", err)
	}

	for _, s := range all {
		a.Subscriptions = append(a.Subscriptions, Subscription{Query: s.Query, Delivery: s.Delivery, Outlets: s.Outlets, Scope: s.Scope, Ping: s.Ping, Label: s.Label, Only: s.Only})
	}

	return a, nil
}

func settingsOf(c *store.Chat) *Settings {
	return &Settings{
		Language: c.ChosenLanguage, Zone: c.TimeZone, Quiet: c.Quiet, Digest: c.Digest, Order: string(c.Order), Brief: c.Brief,
		Style: string(c.Style), Color: c.Color, Opening: c.Opening, ByOutlet: c.ByOutlet, NoPictures: !c.Pictures, Silent: c.Silent, Topics: c.Topics, Translate: c.Translate,
	}
}

// JSON writes an account for people and programs.
func (a *Account) JSON() ([]byte, error) {
	body, err := json.MarshalIndent(a, "", "  ")
	return append(body, '\n'), err
}

// OPML writes the sources of an account for other readers.
func (a *Account) OPML(w io.Writer) error {
	return opml.Write(w, "Newsbell", a.Sources)
}

// ErrUnknown is what Read answers to a file that is neither of its own nor a list of
// feeds.
var ErrUnknown = errors.New("neither an export of this bot nor a list of feeds")

// Read reads a file: an export of this package, a list of feeds as RSStT, flowerss, Miniflux
// and most readers export it, a backup of MonitoRSS, or addresses, one a line, as el_monitorro
// lists them. What is wrong with a part of it is an error that names the part; the rest is
// read.
func Read(body []byte) (*Account, []error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))

	switch {
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")):
		return readJSON(body)
	case isAddresses(body):
		return readAddresses(body)
	}

	list, wrong := opml.Read(bytes.NewReader(body))
	if len(list) == 0 && len(wrong) > 0 && !bytes.Contains(bytes.ToLower(body), []byte("<opml")) {
		return nil, []error{ErrUnknown}
	}

	return &Account{Format: format, Sources: list}, wrong
}

func readJSON(body []byte) (*Account, []error) {
	a := &Account{}
	if err := json.Unmarshal(body, a); err != nil || a.Format != format {
		return readBackup(body)
	}

	if max(len(a.Subscriptions), len(a.Sources), len(a.Bundles)) > mostParts {
		return nil, []error{&TooManyError{Limit: mostParts, Sources: len(a.Subscriptions) <= mostParts}}
	}

	return a, a.check()
}

// mostParts is how many subscriptions, sources or bundles of a file are looked at: what
// one person sends must not hold up everybody.
const mostParts = 10_000

// PartError is what is wrong with a part of an account.
type PartError struct {
	Part   string // subscription, source or settings
	Number int    // among its like, from 1; 0: there is one
	Err    error
}

func (e *PartError) Error() string {
	if e.Number == 0 {
		return e.Part + ": " + e.Err.Error()
	}

	return fmt.Sprintf("%s %d: %v", e.Part, e.Number, e.Err)
}

func (e *PartError) Unwrap() error { return e.Err }

// check takes out of an account what cannot be read, and says what that was.
func (a *Account) check() (wrong []error) {
	bad := func(what string, n int, err error) bool {
		if err != nil {
			wrong = append(wrong, &PartError{what, n + 1, err})
		}

		return err != nil
	}

	var subs []Subscription

	for i, s := range a.Subscriptions {
		if !bad("subscription", i, s.check()) {
			subs = append(subs, s)
		}
	}

	a.Subscriptions = subs

	var sources []news.Source

	for i, s := range a.Sources {
		if !bad("source", i, checkAddress(s.URL)) {
			sources = append(sources, s)
		}
	}

	a.Sources = sources

	if a.Settings != nil {
		if err := a.Settings.check(); err != nil {
			wrong, a.Settings = append(wrong, &PartError{"settings", 0, err}), nil
		}
	}

	return wrong
}

func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err == nil && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		err = errors.New("its address isn't http or https")
	}

	return err
}

func (s *Subscription) check() error {
	_, err := query.Parse(s.Query)
	d, wrong := subscriptions.ParseDelivery(s.Delivery)

	switch {
	case err != nil || wrong != nil:
		return errors.Join(err, wrong)
	case s.Outlets < 0 || s.Outlets > subscriptions.MostOutlets:
		return fmt.Errorf("outlets is %d", s.Outlets)
	case s.Scope != "" && s.Scope != store.ScopeEverywhere:
		return fmt.Errorf("scope is %q", s.Scope)
	case d.Only != (s.Only != "") || utf8.RuneCountInString(s.Only) > subscriptions.LongestOnly:
		return fmt.Errorf("only is %q", s.Only)
	case slices.ContainsFunc(store.RolesOf(s.Ping), func(role string) bool { return role == "" || strings.Trim(role, "0123456789") != "" }):
		return fmt.Errorf("ping is %q", s.Ping)
	case utf8.RuneCountInString(s.Label) > store.LongestLabel || news.OneLine(s.Label) != s.Label:
		return fmt.Errorf("label is %q", s.Label)
	}

	return nil
}

func (s *Settings) check() error {
	_, zone := time.LoadLocation(s.Zone)
	quiet, quietErr := subscriptions.ParseQuiet(s.Quiet)
	_, digest := subscriptions.ParseSchedule(s.Digest)

	when, brief := subscriptions.ParseSchedule(s.Brief)
	if brief == nil && s.Brief != "" && !when.HasTime() {
		brief = fmt.Errorf("a brief comes at a time of day, not %q", s.Brief)
	}

	if err := errors.Join(zone, quietErr, digest, brief); err != nil {
		return err
	}

	if quiet.Except != "" {
		if _, err := query.Parse(quiet.Except); err != nil {
			return err
		}
	}

	if _, err := subscriptions.ParseColor(s.Color); s.Color != "" && err != nil {
		return fmt.Errorf("color is %q", s.Color)
	}

	if line, err := subscriptions.ParseOpening(s.Opening); s.Opening != "" && (err != nil || line != s.Opening) {
		return fmt.Errorf("first_line is %q", s.Opening)
	}

	switch store.Order(s.Order) {
	case store.OrderSubscription, store.OrderTold, store.OrderTime:
	default:
		return fmt.Errorf("order is %q", s.Order)
	}

	switch store.Style(s.Style) {
	case store.StyleFull, store.StyleCompact, store.StyleTitle:
		return nil
	default:
		return fmt.Errorf("style is %q", s.Style)
	}
}

// Limits bound what one import may bring.
type Limits struct {
	Sources, Subscriptions int // of the chat, with those that it has
	Bundles, AllSources    int // of the chat; of all chats
	Zone                   *time.Location
}

// TooManyError is the error for an import that would go beyond a limit. Nothing is done then.
type TooManyError struct {
	Sources bool // else subscriptions
	Limit   int
}

func (e *TooManyError) Error() string { return fmt.Sprintf("more than %d", e.Limit) }

// Result is what an import changed, and what takes it back.
type Result struct {
	Added, Known int // sources, bundles and subscriptions
	Undo         Undo
}

// Undo is what takes an import back.
type Undo struct {
	Sources       []int64   `json:"s,omitempty"`
	Bundles       []string  `json:"b,omitempty"`
	Subscriptions []int64   `json:"q,omitempty"`
	Settings      *Settings `json:"c,omitempty"`
}

// Import sets up in a chat what an account has, beside what is there.
func Import(tx *store.Tx, c *store.Chat, by string, a *Account, limits Limits) (*Result, error) {
	r := &Result{}

	if err := r.importSources(tx, c, by, a, limits); err != nil {
		return nil, err
	}

	if err := r.importBundles(tx, c, by, a, limits); err != nil {
		return nil, err
	}

	if err := r.importSubscriptions(tx, c, by, a, limits); err != nil {
		return nil, err
	}

	if a.Settings == nil || *a.Settings == *settingsOf(c) {
		return r, nil
	}

	r.Undo.Settings = settingsOf(c)

	return r, a.Settings.set(tx, c.ID, limits.Zone)
}

func (r *Result) importSources(tx *store.Tx, c *store.Chat, by string, a *Account, limits Limits) error {
	own, err := tx.OwnSources(c.ID)
	if err != nil {
		return fmt.Errorf("import sources: %w", err)
	}

	known := map[string]bool{}
	for _, s := range own {
		known[s.URL] = true
	}

	for _, s := range a.Sources {
		if known[s.URL] {
			r.Known++
			continue
		}

		if known[s.URL] = true; len(known) > limits.Sources {
			return &TooManyError{Sources: true, Limit: limits.Sources}
		}

		room, err := tx.HasRoomFor(s.URL, limits.AllSources)
		if err == nil && !room {
			err = &TooManyError{Sources: true, Limit: limits.AllSources}
		}

		if err != nil {
			return err
		}

		got, had, err := tx.AddSource(c.ID, by, s)
		if err != nil {
			return fmt.Errorf("import sources: %w", err)
		}

		if had {
			r.Known++
		} else {
			r.Added++
		}

		r.Undo.Sources = append(r.Undo.Sources, got.ID)
	}

	return nil
}

func (r *Result) importBundles(tx *store.Tx, c *store.Chat, by string, a *Account, limits Limits) error {
	read, err := tx.BundlesOf(c.ID)
	if err != nil {
		return fmt.Errorf("import bundles: %w", err)
	}

	for _, id := range a.Bundles {
		one := bundles.ByID(id)
		if one == nil || slices.Contains(read, id) {
			r.Known++ // or of another version
			continue
		}

		if read = append(read, id); len(read) > limits.Bundles {
			return &TooManyError{Sources: true, Limit: limits.Bundles}
		}

		added, err := tx.FollowBundle(c.ID, by, one.ID, one.AsSources())
		if err != nil {
			return fmt.Errorf("import bundles: %w", err)
		}

		if !added {
			r.Known++
			continue
		}

		r.Added++
		r.Undo.Bundles = append(r.Undo.Bundles, one.ID)
	}

	return nil
}

func (r *Result) importSubscriptions(tx *store.Tx, c *store.Chat, by string, a *Account, limits Limits) error {
	inChat, ofPerson, err := tx.CountSubscriptions(c.ID, by)
	if err != nil {
		return fmt.Errorf("import subscriptions: %w", err)
	}

	n := max(inChat, ofPerson)
	seen := map[string]bool{}

	for _, s := range a.Subscriptions {
		q, err := query.Parse(s.Query)
		if err != nil {
			return fmt.Errorf("import %q: %w", s.Query, err)
		}

		if seen[q.String()] {
			r.Known++
			continue
		}

		seen[q.String()] = true

		got, added, err := tx.AddSubscription(store.Subscription{
			Chat: c.ID, Query: s.Query, Canonical: q.String(), CreatedBy: by, Server: c.Server,
			Delivery: s.Delivery, Outlets: s.Outlets, Scope: s.Scope, Ping: s.Ping, Label: s.Label, Only: s.Only,
		})
		if err != nil {
			return fmt.Errorf("import subscriptions: %w", err)
		}

		if !added {
			r.Known++
			continue
		}

		if n++; n > limits.Subscriptions {
			return &TooManyError{Limit: limits.Subscriptions}
		}

		r.Added++
		r.Undo.Subscriptions = append(r.Undo.Subscriptions, got.ID)
	}

	return nil
}

// set makes settings those of a chat. zone is that of chats that have set none.
func (s *Settings) set(tx *store.Tx, chat int64, zone *time.Location) error {
	when, err := subscriptions.ParseSchedule(s.Brief)
	if err != nil {
		return err
	}

	return errors.Join(
		tx.SetLanguage(chat, s.Language), tx.SetTimeZone(chat, s.Zone), tx.SetQuiet(chat, s.Quiet), tx.SetDigest(chat, s.Digest), tx.SetOrder(chat, store.Order(s.Order)),
		tx.SetStyle(chat, store.Style(s.Style)), tx.SetColor(chat, s.Color), tx.SetOpening(chat, s.Opening), tx.SetByOutlet(chat, s.ByOutlet), tx.SetPictures(chat, !s.NoPictures), tx.SetSilent(chat, s.Silent), tx.SetTopics(chat, s.Topics), tx.SetTranslate(chat, s.Translate),
		tx.SetBrief(chat, s.Brief, when.Next(tx.Now, subscriptions.LoadZone(s.Zone, zone))),
	)
}

// Do takes an import back.
func (u *Undo) Do(tx *store.Tx, c *store.Chat, zone *time.Location) error {
	gone := func(err error) error {
		if errors.Is(err, store.ErrNotFound) {
			return nil // somebody ended it already
		}

		return err
	}

	for _, id := range u.Sources {
		if err := gone(tx.RemoveSource(c.ID, id)); err != nil {
			return err
		}
	}

	for _, id := range u.Bundles {
		if err := gone(tx.UnfollowBundle(c.ID, id)); err != nil {
			return err
		}
	}

	all, err := tx.Subscriptions(c.ID)
	if err != nil {
		return err
	}

	for _, s := range all {
		if !slices.Contains(u.Subscriptions, s.ID) {
			continue
		}

		if err := tx.RemoveSubscription(s.ID); err != nil {
			return err
		}
	}

	if u.Settings == nil || u.Settings.check() != nil {
		return nil
	}

	return u.Settings.set(tx, c.ID, zone)
}
