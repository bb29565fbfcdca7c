// Package account is what belongs to a chat as a whole: moving it in and out (/import, /export), what
// is kept of it (/privacy, /forget), and its pages in a browser.
package account

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"newsbell/adapters"
	"newsbell/bot/input"
	"newsbell/bot/listing"
	"newsbell/bot/reading"
	"newsbell/bot/transfer"
	"newsbell/bot/turn"
	"newsbell/bot/wording"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/opml"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

// Handler answers what people ask of their account. It is safe for concurrent use.
type Handler struct {
	*turn.Services
	Listing *listing.Reader
	Fetcher *sources.Fetcher // nil: no file is fetched
}

const (
	// importSources is how many sources a chat may have after an import.
	importSources = 200
	// importErrors is how many parts of a file that could not be read are named.
	importErrors = 3
	// importBytes is the size of the largest file that is read from a disk, sentBytes of one
	// that is sent: a list of a thousand feeds has 0.3 MB.
	importBytes = 20 << 20
	sentBytes   = 2 << 20
	// undoImport leads the text of a button that takes an import back.
	undoImport = "undo "
)

// Export sends what a chat has set up as a file: all of it, or its sources for other
// readers (OPML).
func (h *Handler) Export(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	var a *transfer.Account

	err = h.Store.View(ctx, func(tx *store.Tx) error {
		c, err := turn.FindChat(tx, dest)
		if err == nil {
			a, err = transfer.Export(tx, c)
		}

		return err
	})
	if err != nil {
		return nil, err
	}

	m := t.Message("transfer.exported", "sources", len(a.Sources), "subscriptions", len(a.Subscriptions))

	if strings.EqualFold(t.Text, "opml") {
		var body bytes.Buffer
		if err := a.OPML(&body); err != nil {
			return nil, err
		}

		m = t.Message("transfer.exported_opml", "n", len(a.Sources))

		return attach(t, m, "newsbell.opml", body.Bytes())
	}

	body, err := a.JSON()
	if err != nil {
		return nil, err
	}

	return attach(t, m, "newsbell.json", body)
}

// attach sends a file with a message. A terminal shows none: there it is saved. A page
// (an interaction) does.
func attach(t *turn.Turn, m *adapters.Message, name string, body []byte) (*adapters.Message, error) {
	if t.Request.Chat.Platform != turn.Terminal || t.Request.Interaction {
		m.File = &adapters.File{Name: name, Body: body}
		return m, nil
	}

	name = t.Now.Format("20060102-150405-") + name
	if err := os.WriteFile(name, body, 0o600); err != nil {
		return nil, fmt.Errorf("save an export: %w", err)
	}

	m.Text = append(m.Text, t.Line("transfer.saved", "name", name))

	return m, nil
}

// ImportFile reads a file that a person sent, perhaps as the answer to /import.
func (h *Handler) ImportFile(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	t.Command, t.Text, t.Options = "import", "", map[string]string{}

	if q := t.Question; q != nil && q.Command == t.Command {
		_, t.Options = input.ParseOptions(nil, q.Text, nil)
		t.DropToken(turn.QuestionWord(t.Request))
	}

	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	return h.importSent(ctx, t, dest, t.Request.File)
}

// importSent takes in a file that came with a request.
func (h *Handler) importSent(ctx context.Context, t *turn.Turn, dest turn.Target, f *adapters.File) (*adapters.Message, error) {
	switch {
	case f.Size > sentBytes:
		return t.Message("alert.big_file"), nil
	case f.Address == "":
		return h.importBody(ctx, t, dest, f.Body)
	default:
		return h.importFrom(ctx, t, dest, f.Address)
	}
}

// importFrom takes in the file at an address.
func (h *Handler) importFrom(ctx context.Context, t *turn.Turn, dest turn.Target, address string) (*adapters.Message, error) {
	if h.Fetcher == nil {
		return t.Message("alert.bad_file"), nil
	}

	body, err := h.Fetcher.Download(ctx, address)
	if wrong, ok := errors.AsType[*sources.Error](err); ok {
		t.AskAgain()
		return reading.NoFeed(t.Words, wrong.Reason), nil
	}

	if err != nil {
		return nil, err
	}

	return h.importBody(ctx, t, dest, body)
}

// ImportAccount takes in what another reader or bot has exported: from an address, at the
// terminal also from a file, else it asks for one.
func (h *Handler) ImportAccount(ctx context.Context, t *turn.Turn) (*adapters.Message, error) {
	dest, err := h.FindTarget(ctx, t)
	if err != nil {
		return nil, err
	}

	if undo, ok := strings.CutPrefix(t.Text, undoImport); ok {
		return h.undoImport(ctx, t, dest, undo)
	}

	switch {
	case t.Request.Kind == adapters.CommandRequest && t.Request.File != nil:
		return h.importSent(ctx, t, dest, t.Request.File)
	case t.Text == "":
		return t.Ask(t.Say("ask.import"), t.Say("hint.import"), turn.ToOption(dest)), nil
	case input.IsAddress(t.Text) && h.Fetcher != nil:
		return h.importFrom(ctx, t, dest, t.Text)
	case strings.Contains(t.Text, "\n"): // what another bot listed
		return h.importBody(ctx, t, dest, []byte(t.Text))
	case t.Request.Chat.Platform == turn.Terminal:
		info, err := os.Stat(t.Text)
		if err != nil || info.IsDir() || info.Size() > importBytes {
			return t.Message("transfer.no_file", "name", t.Text), nil
		}

		body, err := os.ReadFile(t.Text)
		if err != nil {
			return t.Message("transfer.no_file", "name", t.Text), nil // the reply says it
		}

		return h.importBody(ctx, t, dest, body)
	}

	t.AskAgain()

	return t.Message("transfer.unknown"), nil
}

// importBody takes in a file, all of it or nothing.
func (h *Handler) importBody(ctx context.Context, t *turn.Turn, dest turn.Target, body []byte) (*adapters.Message, error) {
	account, wrong := transfer.Read(body)
	if account == nil {
		if many, ok := errors.AsType[*transfer.TooManyError](errors.Join(wrong...)); ok {
			return tooMany(t, many), nil
		}

		return t.Message("transfer.unknown"), nil
	}

	if account.Settings != nil && account.Settings.Language != "" && h.Texts.Named(account.Settings.Language) == nil {
		account.Settings.Language = ""
	}

	limits := transfer.Limits{
		Sources: importSources, Bundles: reading.BundlesPerChat, AllSources: reading.ChatSources, Subscriptions: h.SubscriptionLimit(), Zone: h.TimeZone,
	}

	m, err := h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		done, err := transfer.Import(tx, c, t.Request.User.ID, account, limits)
		if err != nil {
			return nil, err
		}

		if err := errors.Join(tx.Log(c.ID, t.PersonID(), "imported a file"), tx.Reschedule(c.ID, h.TimeZone, turn.IsSpared)); err != nil {
			return nil, err
		}

		return h.importedReply(t, dest, done, wrong)
	})
	if many, ok := errors.AsType[*transfer.TooManyError](err); ok {
		return tooMany(t, many), nil
	}

	return m, err
}

// tooMany says that an account is larger than a chat may be.
func tooMany(t *turn.Turn, e *transfer.TooManyError) *adapters.Message {
	if e.Sources {
		return t.Message("transfer.too_many_sources", "n", e.Limit)
	}

	return t.Message("transfer.too_many", "n", e.Limit)
}

// importedReply says what an import has brought, with the way back.
func (h *Handler) importedReply(t *turn.Turn, dest turn.Target, done *transfer.Result, wrong []error) (*turn.Reply, error) {
	m := t.Message("transfer.imported", "added", done.Added, "known", done.Known, "failed", len(wrong))

	if done.Undo.Settings != nil {
		m.Text = append(m.Text, t.Line("transfer.settings"))
	}

	for _, err := range wrong[:min(len(wrong), importErrors)] {
		m.Text = append(m.Text, failedPart(t.Words, err))
	}

	raw, err := json.Marshal(done.Undo)
	if err != nil || done.Added == 0 && done.Undo.Settings == nil {
		return &turn.Reply{Answer: m}, err
	}

	m.Buttons = [][]adapters.Button{{t.Button(t.Say("button.undo"), "import", turn.Join(turn.ToOption(dest), undoImport+string(raw)))}}

	return &turn.Reply{Answer: m}, nil
}

// undoImport takes an import back.
func (h *Handler) undoImport(ctx context.Context, t *turn.Turn, dest turn.Target, text string) (*adapters.Message, error) {
	var undo transfer.Undo
	if err := json.Unmarshal([]byte(text), &undo); err != nil {
		return t.OldButton(), nil // the reply says it
	}

	return h.Commit(ctx, t, func(tx *store.Tx) (*turn.Reply, error) {
		c, err := t.EnsureChat(tx, dest)
		if err != nil {
			return nil, err
		}

		if err := errors.Join(undo.Do(tx, c, h.TimeZone), tx.Log(c.ID, t.PersonID(), "took an import back"), tx.Reschedule(c.ID, h.TimeZone, turn.IsSpared)); err != nil {
			return nil, err
		}

		return &turn.Reply{Answer: t.Message("transfer.undone")}, nil
	})
}

// failedPart says which part of a file could not be read, and why.
func failedPart(w wording.Words, err error) adapters.Line {
	if line, ok := errors.AsType[*opml.LineError](err); ok && line.Name != "" {
		return w.Line("transfer.failed_line", "n", line.Line, "name", news.Shorten(line.Name, 60), "why", w.Translate(line.Err.Error()))
	}

	part, ok := errors.AsType[*transfer.PartError](err)
	if !ok {
		return w.Line("transfer.failed", "what", w.Translate(news.Shorten(err.Error(), 160)))
	}

	why := w.Translate(news.Shorten(part.Err.Error(), 160))
	if wrong, ok := errors.AsType[*query.Error](part.Err); ok {
		why = w.Translate(wrong.Message)
	}

	return w.Line("transfer.failed_"+part.Part, "n", part.Number, "why", why)
}
