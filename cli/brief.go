package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/ai"
	"newsbell/bot/answers"
	"newsbell/bot/brief"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions"
)

// briefFlags say what brief is to be shown.
type briefFlags struct {
	chat, zone, now string
	stories         int
	asJSON          bool
}

func briefCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "brief",
		Short: "Show what the brief of a chat would say",
		Long: `Show what the brief of a chat would say: the top stories from its sources since its last
brief. With [ai] in the configuration a language model says in up to two sentences what
connects them, as far as their articles bear that out. Nothing is sent, and the chat's next
brief stays as it would have been.`,
		Example: "  newsbell brief --chat telegram:5001\n  newsbell brief --json --chat telegram:5001 --zone Europe/Warsaw --now 2026-03-01T08:00:00+01:00",
		Args:    command.Args(cobra.NoArgs),
	}

	var (
		flags databaseFlags
		f     briefFlags
	)

	flags.add(c)
	c.Flags().StringVar(&f.chat, "chat", "", "the chat, as `platform:address`, or \"terminal\"")
	c.Flags().StringVar(&f.zone, "zone", "", "the time zone to show times in (default the chat's)")
	c.Flags().StringVar(&f.now, "now", "", "the `time` of the brief, RFC 3339 (default now)")
	c.Flags().IntVar(&f.stories, "n", brief.Most, "how many stories")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object")
	c.RunE = func(c *cobra.Command, _ []string) error { return f.run(c, &flags) }

	return c
}

func (f *briefFlags) run(c *cobra.Command, flags *databaseFlags) error {
	at, zone, err := f.parse()
	if err != nil {
		return command.Usage(err)
	}

	return flags.withSettings(c.Context(), false, func(s *store.Store, settings config.Config) error {
		var (
			chat  *store.Chat
			found *brief.Brief
		)

		err := s.View(c.Context(), func(tx *store.Tx) (err error) {
			if chat, err = findChat(tx, f.chat); err == nil {
				found, err = brief.Read(c.Context(), tx, chat, brief.Options{Now: at, Most: f.stories})
			}

			return err
		})
		if err != nil {
			return err
		}

		if zone == nil {
			zone = subscriptions.LoadZone(chat.TimeZone, settings.TimeZone)
		}

		var (
			articles []*news.Article
			connects []ai.Sentence
		)

		for _, s := range found.Stories {
			articles = append(articles, &s.Article.News)
		}

		if writer := ai.New(modelConfig(settings.AI), answers.Ledger{Store: s}); writer.HasModel() {
			connects = answers.Connect(c.Context(), writer, chat.ID, "", articles)
		}

		return f.show(found, connects, zone, c.OutOrStdout())
	})
}

// parse checks the flags; zone is nil if none is named.
func (f *briefFlags) parse() (at time.Time, zone *time.Location, err error) {
	if f.chat == "terminal" { // as events name it
		f.chat = "terminal:terminal"
	}

	if platform, address, ok := strings.Cut(f.chat, ":"); !ok || platform == "" || address == "" {
		return at, nil, fmt.Errorf("--chat takes platform:address, such as telegram:5001, not %q", f.chat)
	}

	if f.stories < 1 || f.stories > 100 {
		return at, nil, fmt.Errorf("--n takes 1 to 100 stories, not %d", f.stories)
	}

	at = time.Now()
	if f.now != "" {
		if at, err = time.Parse(time.RFC3339, f.now); err != nil {
			return at, nil, fmt.Errorf("--now takes a time such as 2026-03-01T08:00:00Z, not %q", f.now)
		}
	}

	if f.zone == "" {
		return at, nil, nil
	}

	if zone, err = time.LoadLocation(f.zone); err != nil {
		return at, nil, fmt.Errorf("--zone takes a time zone such as Europe/Warsaw, not %q", f.zone)
	}

	return at, zone, nil
}

// findChat finds the chat that a person at the command line names.
func findChat(tx *store.Tx, name string) (*store.Chat, error) {
	platform, address, _ := strings.Cut(name, ":")

	chat, err := tx.Chat(platform, address)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("there is no chat %s in this database", name)
	}

	return chat, err
}

// shownBrief is what `newsbell brief --json` prints.
type shownBrief struct {
	Chat    string       `json:"chat"`
	Zone    string       `json:"zone"`
	Since   time.Time    `json:"since"`
	Until   time.Time    `json:"until"`
	Stories []briefStory `json:"stories"`
	// Connects is what a language model says of what connects the stories.
	Connects []ai.Sentence `json:"connects,omitempty"`
}

type briefStory struct {
	Title     string    `json:"title"`
	URL       string    `json:"url"`
	Outlet    string    `json:"outlet,omitempty"`
	Published time.Time `json:"published,omitzero"` // zero: not known
	Outlets   int       `json:"outlets"`            // that tell it
	Articles  int       `json:"articles"`
	Also      []string  `json:"also,omitempty"` // the other outlets
}

func (f *briefFlags) show(found *brief.Brief, connects []ai.Sentence, zone *time.Location, out io.Writer) error {
	b := shownBrief{Chat: f.chat, Zone: zone.String(), Since: found.Since.In(zone), Until: found.Until.In(zone), Stories: []briefStory{}, Connects: connects}
	for _, s := range found.Stories {
		n := &s.Article.News
		b.Stories = append(b.Stories, briefStory{
			Title: n.Title, URL: n.URL, Outlet: n.Outlet, Published: n.Published.In(zone), Outlets: 1 + len(s.Outlets), Articles: s.Articles, Also: s.Outlets,
		})
	}

	if f.asJSON {
		return command.PrintJSON(out, b)
	}

	var text strings.Builder

	fmt.Fprintf(&text, "Top stories from %s to %s\n", b.Since.Format("2 Jan 15:04"), b.Until.Format("2 Jan 15:04 MST"))

	for _, s := range b.Connects {
		text.WriteString(s.Text + "\n")
	}

	if len(b.Connects) > 0 {
		text.WriteString("Written by a language model, and held against the articles.\n")
	}

	for i, s := range b.Stories {
		at := found.Stories[i].Article.At().In(zone)
		fmt.Fprintf(&text, "• %s (%s, %s)\n  %s\n", s.Title, strings.Join(append([]string{s.Outlet}, s.Also...), ", "), at.Format("2 Jan 15:04"), s.URL)
	}

	_, err := io.WriteString(out, text.String())

	return err
}
