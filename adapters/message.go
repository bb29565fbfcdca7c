package adapters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is what is sent: exactly one of Alert, Digest and Text is set.
type Message struct {
	Alert  *Alert
	Digest *Digest
	Text   Text

	// Buttons, in rows. What a platform cannot show it leaves out.
	Buttons [][]Button
	// Menus to pick from, below the buttons, where the platform has any.
	Menus []Menu
	// Ask asks for a reply to this message and is the hint in the input field.
	Ask string
	// Form is how that is asked where a form opens for it; nil: as the text says.
	Form *Form
	// Pick, instead of buttons, offers the person's channels and groups to choose one
	// from: what is chosen comes back as Request.Picked. Nil: nothing to choose.
	Pick *Pick
	// File goes with the text.
	File *File
	// Instead is said in the place of File where the platform or the chat takes none.
	// Nil: the person gets a sentence instead.
	Instead Text

	// Private: in a shared chat only the person who asked sees it, where the
	// platform can do that; elsewhere it is sent to all.
	Private bool
	// Color of an alert or digest as 0xRRGGBB, where the platform shows one; 0: its own.
	Color int
	// Sender is whose name and picture it shows, where the platform can and the bot may; the zero
	// one is the bot.
	Sender Sender
	// Silent: without a sound.
	Silent bool
	// Pings are the ids of roles to mention (Discord).
	Pings []string
	// Labels are the tags of the post that it opens in a forum, by name; a name that the
	// forum has no tag of is passed over (Discord).
	Labels []string
	// ReplyTo is the platform's reference of an earlier message of ours in the chat that
	// this one is a reply to, "" none. If that one is gone, it is no reply.
	ReplyTo string
	// Topic is the topic that it stands in, as the platform names it, "" for none.
	Topic string
	// InThread: it goes into the thread that was opened below ReplyTo; if that is gone, or
	// takes nothing any more, it is a reply.
	InThread bool
	// Page: a text that is read as a page, in paragraphs that blank lines part, below a
	// picture if there is one.
	Page    bool
	Picture string // the address of a page's picture, "" none
	// Replace: it takes the place of the message whose button was pressed.
	Replace bool
	// ButtonsOnly, with Replace: what that message says stays, and only its buttons change.
	// Where that cannot be done, Text is sent with them.
	ButtonsOnly bool
	// Continues is the reference of the message that this one goes on with, as a later
	// part of a digest; "" for none. Where messages open threads it goes into that
	// one's.
	Continues string
	// Words are the texts that an adapter adds, in the readers' language; nil: English.
	Words Words `json:"-"`
	// Nonce names this message for good, in at most 25 characters. Where the
	// platform can, two sends with one nonce make one message.
	Nonce string
}

// WithoutFile returns the message with what is said in the place of its file.
func (m *Message) WithoutFile() *Message {
	plain := *m
	plain.File, plain.Instead = nil, nil
	plain.Text = slices.Concat(m.Text, m.Instead)

	return &plain
}

// WithoutPage returns the message as an ordinary text.
func (m *Message) WithoutPage() *Message {
	plain := *m
	plain.Page, plain.Picture = false, ""

	return &plain
}

// Button does something when pressed: it comes back as a PressRequest with its
// Data, or, with Start set, opens the bot's private chat with that word
// (Telegram's ?start=).
type Button struct {
	Label string // up to 40 characters
	Data  string // 1 to 64 bytes
	Start string // [A-Za-z0-9_-]{1,64}
	// In, with Start set, is where the bot is to be added instead: a Group, or a Channel
	// in which it may post.
	In Kind
	// Danger marks what cannot be undone, Main what most people want next.
	Danger, Main bool
	// Copy, in place of Data and Start, is what a press puts on the clipboard: 1 to 256
	// characters. Telegram alone has such buttons.
	Copy string
}

// Form is a window with one field (Discord, in servers).
type Form struct {
	Title string // up to 45 characters
	Value string // what the field holds at first, to be changed; "" nothing
}

// Pick is the choice of a chat. Telegram has a button for channels and one for groups,
// in private chats; Discord a list of the server's channels.
type Pick struct {
	Channel string // what leads to channels, up to 40 characters
	Group   string // what leads to groups, up to 40 characters; "" none
}

// Menu is a list to pick from. It comes back as a PressRequest with its Data, and behind it
// what was picked, joined by commas.
type Menu struct {
	Data    string   // 1 to 64 bytes
	Hint    string   // shown before something is picked, up to 100 characters
	Choices []Choice // one of them, at most 25; nil: roles of the server, up to 10
	// Channels: instead, one of the server's channels in which alerts can be posted.
	Channels bool
	Picked   []string // values that are picked already
}

// Alert is one story.
type Alert struct {
	Opening   string // a line before it, "" none
	Title     string
	URL       string // the article's address, shown as a link exactly once
	Outlet    string
	Published time.Time // zero: not known
	// Note says what is special about it, in one line: that it is a development, what was
	// corrected. Nil: nothing.
	Note    Line
	Summary string
	Retold  bool     // the summary is another outlet's, and Note says whose
	Image   string   // an address, "" none
	Credit  string   // whose picture it is, "" not known
	Matched []string // the words of the article that matched, as they stand there
	// Follows are the subscriptions that it matches, as people know them.
	Follows []Follow
	// Also are other outlets that tell the story, those worth naming, and AlsoMore is
	// how many more there are.
	Also     []Also
	AlsoMore int
}

// MatchedWords returns the words that matched, to be listed: each once however it is
// written, also with a possessive ("Kim’s", "Kim").
func (a *Alert) MatchedWords() []string {
	var words []string

	for _, word := range a.Matched {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(stripPossessive(w), stripPossessive(word)) }) {
			words = append(words, word)
		}
	}

	return words
}

// stripPossessive returns a word without its possessive ending.
func stripPossessive(word string) string {
	for _, ending := range []string{"’s", "'s", "’S", "'S"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && rest != "" {
			return rest
		}
	}

	return word
}

// Also is another outlet's telling of a story.
type Also struct {
	Outlet    string
	URL       string // "" not to be linked
	Published time.Time
}

// Follow is a subscription as a person sees it.
type Follow struct {
	Number int
	Query  string // as it was typed
	Shown  string // as people read it; "" is Query
}

// Name returns what to call the subscription beside its number.
func (f Follow) Name() string { return cmp.Or(f.Shown, f.Query) }

// Digest is several stories, each with its link, those of one subscription together. How it
// looks is each adapter's; delivery fills it.
type Digest struct {
	Opening string  // a line before it, "" none
	Heading string  // "While you were away", "12 stories since 08:00"
	Intro   string  // what is said of its stories before they are listed, up to 1000 characters; "" nothing
	Alerts  []Alert // only Title, URL, Outlet, Published and Follows matter
	Mixed   bool    // they stand in another order than by subscription
	More    int     // how many stories are left out
	Part    int     // 1, 2, 3 when the digest goes out in Parts messages; else 0
	Parts   int
}

// Group returns what to write above an alert of the digest: the first subscription
// that it matches, "" if it stands below that already or matches none, or they are mixed.
func (d *Digest) Group(i int) string {
	follows := d.Alerts[i].Follows
	if d.Mixed || len(follows) == 0 {
		return ""
	}

	if i > 0 {
		if before := d.Alerts[i-1].Follows; len(before) > 0 && before[0] == follows[0] {
			return ""
		}
	}

	return fmt.Sprintf("#%d %s", follows[0].Number, follows[0].Name())
}

// Sender is in whose name a message comes.
type Sender struct {
	Name string
	Icon string // the address of a picture, "" none; one that is dead costs nothing
}
