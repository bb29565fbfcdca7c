package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/bot/admin"
	"newsbell/cli/command"
	"newsbell/locales"
	"newsbell/sources"
	"newsbell/store"
)

// personCommand makes a command about one person.
func personCommand(name, short, long string, do func(*store.Tx, *locales.Texts, admin.Person) (string, error)) *cobra.Command {
	c := &cobra.Command{
		Use: name + " PLATFORM:ID", Short: short, Long: long,
		Example: "  newsbell " + name + " telegram:5001",
		Args:    command.Args(cobra.ExactArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		person, err := admin.ParsePerson(args[0])
		if err != nil {
			return command.Usage(fmt.Errorf("%w, not %q", err, args[0]))
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			var text string

			err := s.Update(c.Context(), func(t *store.Tx) (err error) {
				text, err = do(t, locales.Builtin().English(), person)
				return err
			})
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), text)
			}

			return err
		})
	}

	return c
}

// peopleCommands returns those by which an operator looks after people.
func peopleCommands() []*cobra.Command {
	return []*cobra.Command{
		personCommand("who", "Show what's known about a person", `Show what's known about a person: their chats, why any of them get no alerts, how many
subscriptions there are, and what became of the alerts. Queries aren't shown.`, admin.Describe),
		personCommand("block", "Stop answering a person or a group", `Stop answering a person, a group or a channel, and stop alerts in that chat. Their subscriptions
are kept. It takes effect at once, even while the bot runs.`, admin.Block),
		personCommand("unblock", "Answer a person or a group again", "Lift a block. Alerts in that chat resume.", admin.Unblock),
		announceCommand(), statsCommand(),
	}
}

func announceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "announce TEXT",
		Short: "Send a text to every chat with subscriptions",
		Long: `Send a text to every chat that has subscriptions and can be written to. The running
bot sends it at the pace that each platform allows. Try it with --dry-run first.`,
		Example: "  newsbell announce --dry-run 'Newsbell moves on Sunday; alerts may be late.'",
		Args:    command.Args(cobra.MinimumNArgs(1)),
	}

	var flags databaseFlags
	flags.add(c)
	dryRun := c.Flags().Bool("dry-run", false, "only say how many chats would get it")
	c.RunE = func(c *cobra.Command, args []string) error {
		text := strings.TrimSpace(strings.Join(args, " "))
		if text == "" {
			return command.Usage(errors.New("there is no text to announce"))
		}

		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			n, err := admin.Announce(c.Context(), s, text, *dryRun)
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), announcedText(n, *dryRun))
			}

			return err
		})
	}

	return c
}

// announcedText says how many chats get an announcement, or would.
func announcedText(n int, dryRun bool) string {
	switch {
	case dryRun:
		return countOf(n, "chat", "chats") + " would get it."
	case n == 1:
		return "1 chat gets it."
	default:
		return fmt.Sprintf("%d chats get it, as fast as their platforms allow.", n)
	}
}

// usageLine is what `newsbell stats --json` prints.
type usageLine struct {
	Chats         []chatsLine   `json:"chats"`
	Dead          []deadLine    `json:"dead"` // the chats that are asleep, by reason
	Subscriptions int           `json:"subscriptions"`
	People        int           `json:"people"`
	Alerted       int           `json:"alerted"` // chats, in the last 7 days
	Queries       []queriesLine `json:"queries"`
	Words         []wordsLine   `json:"words"`
	Sources       int           `json:"sources"`
	Failing       int           `json:"failing"`
	FailingLong   []failingLine `json:"failing_longest"`
	Late          []lateLine    `json:"late"` // sources whose articles appear late
}

type chatsLine struct {
	Platform string          `json:"platform"`
	State    store.ChatState `json:"state"`
	Chats    int             `json:"chats"`
}

type deadLine struct {
	Platform string `json:"platform"`
	Reason   string `json:"reason"`
	Chats    int    `json:"chats"`
}

type queriesLine struct {
	Query  string `json:"query"`
	People int    `json:"people"`
}

type wordsLine struct {
	Word   string `json:"word"`
	People int    `json:"people"`
}

type failingLine struct {
	Source string    `json:"source"`
	Since  time.Time `json:"since"`
	Error  string    `json:"error"`
}

type lateLine struct {
	Source   string `json:"source"`
	Seconds  int    `json:"seconds"` // after they are published, on average
	Articles int    `json:"articles"`
}

func statsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "stats",
		Short: "Count chats, subscriptions and people",
		Long: `Count chats by platform and state, those out of reach by reason, subscriptions, people,
and the chats that got an alert in the last 7 days; name the sources that have been
failing longest and those whose articles appear late. A word is shown when at least
five people follow it.`,
		Example: "  newsbell stats --json",
		Args:    command.Args(cobra.NoArgs),
	}

	var flags databaseFlags
	flags.add(c)
	asJSON := c.Flags().Bool("json", false, "print one JSON object")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return flags.withStore(c.Context(), false, func(s *store.Store) error {
			return s.View(c.Context(), func(t *store.Tx) error {
				u, err := admin.CountUsage(t)
				if err != nil {
					return err
				}

				if *asJSON {
					return command.PrintJSON(c.OutOrStdout(), usageJSON(u))
				}

				_, err = fmt.Fprintln(c.OutOrStdout(), u.Describe(locales.Builtin().English(), t.Now))

				return err
			})
		})
	}

	return c
}

func usageJSON(u admin.Usage) usageLine {
	line := usageLine{
		Chats: []chatsLine{}, Dead: []deadLine{}, Subscriptions: u.Subscriptions, People: u.People, Alerted: u.Alerted,
		Queries: []queriesLine{}, Words: []wordsLine{}, Sources: u.Sources, Failing: len(u.Failing), FailingLong: []failingLine{}, Late: []lateLine{},
	}

	for _, c := range u.Chats {
		line.Chats = append(line.Chats, chatsLine(c))
	}

	for _, d := range u.Dead {
		line.Dead = append(line.Dead, deadLine(d))
	}

	for _, q := range u.Queries {
		line.Queries = append(line.Queries, queriesLine(q))
	}

	for _, w := range u.Words {
		line.Words = append(line.Words, wordsLine(w))
	}

	for _, s := range u.NamedFailing() {
		line.FailingLong = append(line.FailingLong, failingLine{sources.RedactURL(s.URL), s.ErrorSince, s.Error})
	}

	for _, s := range u.Late {
		line.Late = append(line.Late, lateLine{sources.RedactURL(s.URL), int(s.Late.Seconds()), s.Articles})
	}

	return line
}
