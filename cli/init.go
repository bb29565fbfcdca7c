package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/adapters"
	"newsbell/adapters/discord"
	"newsbell/adapters/telegram"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/subscriptions/zone"
)

// helloTime is how long init waits for the operator's first message.
const helloTime = 5 * time.Minute

// setup asks an operator for what a first configuration needs.
type setup struct {
	in             *bufio.Reader
	out            io.Writer
	telegram       config.Platform
	discord        config.Platform
	operators      []string
	access         string // "open" or "operators"
	zone           string
	hello          time.Duration
	program        string // as it was called
	telegramAPIURL string
	discordAPIURL  string
}

func initCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "init",
		Short: "Ask four questions and write a first configuration",
		Long: `Ask for the tokens of your bots, who may use them, and your time zone; check the
tokens, learn who you are from your first message, and write config.toml, which only
you can read and which explains what is in it. What is there is not replaced.`,
		Example: "  newsbell init\n  newsbell init --config /etc/newsbell/config.toml",
		Args:    command.Args(cobra.NoArgs),
	}

	file := c.Flags().String("config", config.DefaultFile, "configuration file to write")
	c.RunE = func(c *cobra.Command, _ []string) error {
		std := command.StdioOf(c)

		given, err := config.FromEnvironment(os.Environ()) // who has a server of their own says so there
		if err != nil {
			return command.Usage(err)
		}

		s := &setup{
			in: bufio.NewReader(command.Until(c.Context(), std.In)), out: std.Out, hello: helloTime, program: programName(os.Args[0]),
			telegramAPIURL: given.Telegram.APIURL, discordAPIURL: given.Discord.APIURL,
		}

		return s.run(c.Context(), *file)
	}

	return c
}

func (s *setup) run(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return command.Usage(fmt.Errorf("%s is there already; `newsbell check --online` says whether it works", file))
	}

	if err := tryFolder(filepath.Dir(file)); err != nil {
		return err
	}

	if err := s.askTelegram(ctx); err != nil {
		return err
	}

	if err := s.askDiscord(ctx); err != nil {
		return err
	}

	if err := errors.Join(s.askAccess(), s.askZone()); err != nil {
		return err
	}

	body := s.file()

	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	_, err = f.WriteString(body)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}

	fmt.Fprintf(s.out, "Wrote %s. %s\n", file, s.nextStep(file))

	return nil
}

// tryFolder makes sure that a file can be written to a folder, before anybody has answered for nothing.
func tryFolder(folder string) error {
	f, err := os.CreateTemp(folder, ".newsbell-*")
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("nothing can be written to the folder %s: %w", folder, wrong.Err)
	}

	if err != nil {
		return err
	}

	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// programName returns a program as one calls it where it was called before: "./newsbell".
func programName(called string) string {
	if strings.ContainsRune(called, os.PathSeparator) {
		return called
	}

	return "newsbell"
}

// nextStep says what to do with the file that was written.
func (s *setup) nextStep(file string) string {
	start := s.program + " run"
	if file != config.DefaultFile {
		start += " --config " + file
	}

	if s.telegram.Token == "" && s.discord.Token == "" {
		return "No bot is set up, so the terminal is the chat: " + start
	}

	return "Start the bot: " + start
}

// ask returns the line that is typed after a question.
func (s *setup) ask(question string) (string, error) {
	fmt.Fprint(s.out, question)

	line, err := s.in.ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}

	return strings.TrimSpace(line), err
}

// errUnchecked says that a token is kept although its platform could not be asked.
var errUnchecked = errors.New("the token is not checked")

// askToken asks for a token until the platform accepts one, one is kept all the same
// (errUnchecked), or none is given.
func (s *setup) askToken(ctx context.Context, question string, connect func(token string) adapters.Adapter) (string, adapters.Identity, error) {
	for {
		token, err := s.ask(question)
		if errors.Is(err, io.EOF) || token == "" && err == nil {
			return "", adapters.Identity{}, nil
		}

		if err != nil {
			return "", adapters.Identity{}, err
		}

		who, err := identifyBot(ctx, connect(token))
		if err == nil || errors.Is(err, errNameless) {
			return token, who, nil
		}

		fmt.Fprintf(s.out, "That doesn't work: %v\n", err)

		if _, ok := errors.AsType[adapters.UnreachableError](err); !ok {
			continue
		}

		if keep, err := s.ask("Keep it unchecked? (y: yes, Enter: ask again) "); err == nil && strings.EqualFold(keep, "y") {
			fmt.Fprintln(s.out, "Kept. `newsbell check --online` checks it when the network is back.")
			return token, adapters.Identity{}, errUnchecked
		}
	}
}

func (s *setup) askTelegram(ctx context.Context) error {
	connect := func(token string) adapters.Adapter {
		return telegram.New(telegram.Config{Token: token, APIURL: s.telegramAPIURL})
	}

	token, who, err := s.askToken(ctx, "Your bot's token from @BotFather on Telegram (Enter: no Telegram): ", connect)
	if errors.Is(err, errUnchecked) {
		s.telegram.Token = token
		return nil
	}

	if err != nil || token == "" {
		return err
	}

	s.telegram.Token = token
	fmt.Fprintln(s.out, connectedText("telegram", who)+" I'm waiting for it, to know who the operator is.")

	user, err := awaitHello(ctx, connect(token), s.hello, s.isOperator)
	if err != nil {
		fmt.Fprintln(s.out, "Nothing came. /status in your private chat shows your ID; add it to operators.")
		return ctx.Err()
	}

	fmt.Fprintf(s.out, "You're the operator: telegram:%s.\n", user)
	s.operators = append(s.operators, "telegram:"+user)

	return nil
}

// isOperator asks whether who has written to the bot is the operator: anybody can find a bot, and
// one that was there before has people who write to it. An end of input is a yes, as Enter is.
func (s *setup) isOperator(who adapters.User) bool {
	typed, err := s.ask(fmt.Sprintf("%q has written to it. Is that you? (Enter: yes, n: no, I wait for another message) ", who.Name))

	return err != nil || !strings.HasPrefix(strings.ToLower(typed), "n")
}

func (s *setup) askDiscord(ctx context.Context) error {
	token, who, err := s.askToken(ctx, "Your bot's token from Discord's developer portal (Enter: no Discord): ", func(token string) adapters.Adapter {
		return discord.New(discord.Config{Token: token, APIURL: s.discordAPIURL})
	})
	if err != nil && !errors.Is(err, errUnchecked) || token == "" {
		return err
	}

	s.discord.Token = token
	if who.Name != "" {
		fmt.Fprintln(s.out, connectedText("discord", who))
	}

	user, err := s.ask("Your own user ID on Discord (Enter: later; /status in a direct message shows it): ")
	if err == nil && user != "" {
		s.operators = append(s.operators, "discord:"+user)
	}

	return nil
}

// askAccess asks who may use the bot. An end of input is an Enter, as for every question.
func (s *setup) askAccess() error {
	for {
		typed, err := s.ask("Who may use it: everybody, or only you? (everybody/me, Enter: everybody) ")
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}

		switch strings.ToLower(typed) {
		case "", "everybody", "e":
			s.access = "open"
			return nil
		case "me", "m":
			if len(s.operators) > 0 {
				s.access = "operators"
				return nil
			}

			fmt.Fprintln(s.out, `I don't know yet who you are, so that would shut you out too. Take everybody for now; access = "operators" changes it later.`)
		default:
			fmt.Fprintf(s.out, "%q is neither. Type everybody or me.\n", typed)
		}
	}
}

// askZone asks for the time zone of chats that set none: its name, or a city.
func (s *setup) askZone() error {
	for {
		typed, err := s.ask("Your time zone, or a city in it, such as Warsaw (Enter: UTC): ")
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}

		if typed == "" {
			s.zone = "UTC"
			return nil
		}

		switch found := zone.Find(typed, time.Now()); len(found) {
		case 0:
			fmt.Fprintf(s.out, "I know no time zone %q. Try the next big city, or a name such as Europe/Warsaw.\n", typed)
		case 1:
			s.zone = found[0]
			return nil
		default:
			fmt.Fprintf(s.out, "%q can be %s. Type one of them.\n", typed, strings.Join(found, ", "))
		}
	}
}

// file returns the configuration with what was learnt, and commented out what people change first.
func (s *setup) file() string {
	var b strings.Builder

	b.WriteString("# Newsbell's configuration. `newsbell check --online` says whether it works, `newsbell config`\n" +
		"# prints what is in force. A line without its \"# \" counts; these are the settings that people\n" +
		"# change first, with their defaults. All others are in config.example.toml.\n\n" +
		"# People who may use everything: a platform and an ID (/status in a private chat shows it).\n")
	fmt.Fprintf(&b, "operators = [%s]\n", strings.Join(config.QuoteAll(s.operators), ", "))

	b.WriteString("\n# Where news for the operator goes: a failing bot, a full disk.\n")

	if len(s.operators) > 0 && strings.HasPrefix(s.operators[0], "telegram:") {
		fmt.Fprintf(&b, "operator_chat = %q\n", s.operators[0])
	} else {
		b.WriteString("# operator_chat = \"\"\n")
	}

	fmt.Fprintf(&b, "\n# Who may use it: \"open\" is everybody, \"operators\" only they, \"listed\" also those in allowed.\naccess = %q\n", s.access)
	fmt.Fprintf(&b, "\n# The time zone of chats that haven't set their own.\ntime_zone = %q\n", s.zone)
	b.WriteString(firstSettings)

	for _, p := range []struct{ name, title, token, from string }{
		{"telegram", "Telegram", s.telegram.Token, "@BotFather"}, {"discord", "Discord", s.discord.Token, "the developer portal"},
	} {
		if p.token == "" {
			fmt.Fprintf(&b, "\n# [%s]\n# The bot's token from %s; without one, %s is off.\n# token = \"\"\n", p.name, p.from, p.title)
		} else {
			fmt.Fprintf(&b, "\n[%s]\n# The bot's token from %s. Keep it to yourself; a new one there makes this one void.\ntoken = %q\n", p.name, p.from, p.token)
		}
	}

	return b.String()
}

// firstSettings are the settings that people change first, with their defaults.
const firstSettings = `
# The database: a file beside this one, or a database on a PostgreSQL server (docs/postgres.md).
# database = "newsbell.db"

# Read the built-in list of outlets (newsbell export prints it). Your own stand in [[sources]].
# default_sources = true

# [polling]
# Each source is polled about as often as it publishes, within these bounds.
# min_interval = "5m"
# max_interval = "60m"

# [alerts]
# If more alerts than this are waiting for a chat, they become a digest.
# burst = 10

# [backup]
# Copy the database this often, such as "24h"; "0s": no copies. docs/backup.md has the rest.
# every = "0s"
# keep = 7

# [web]
# Pages of stories, health and metrics, such as "127.0.0.1:8090"; "": off.
# listen = ""
# How people reach it, for links in chats, such as "https://news.example.org".
# url = ""
`

// hello is a handler that waits for somebody to write to the bot.
type hello struct{ users chan adapters.User }

func (h hello) Answer(_ context.Context, r *adapters.Request) *adapters.Message {
	if r.Chat.Kind != adapters.Private || r.User.ID == "" {
		return nil
	}

	select {
	case h.users <- r.User:
	default:
	}

	return &adapters.Message{Text: adapters.Say("Hello! Say in the terminal whether it was you. I'll be here once you've started me with newsbell run.")}
}

func (hello) Answered(context.Context, *adapters.Request, *adapters.Message, error) {}

func (hello) Complete(context.Context, *adapters.Request) []adapters.Choice { return nil }

func (hello) Notice(context.Context, *adapters.Event) {}

// awaitHello runs a bot until somebody writes to it in private who is meant, and returns their ID.
func awaitHello(ctx context.Context, adapter adapters.Adapter, wait time.Duration, isMeant func(adapters.User) bool) (user string, err error) {
	ctx, stop := context.WithTimeout(ctx, wait)
	defer stop()

	h := hello{make(chan adapters.User, 1)}
	ended := make(chan error, 1)

	go func() { ended <- adapter.Run(ctx, h) }()

	for user == "" && err == nil {
		select {
		case who := <-h.users:
			if isMeant(who) {
				user = who.ID
			}
		case err = <-ended:
			return "", errors.Join(err, errors.New("the bot stopped"))
		case <-ctx.Done():
			err = ctx.Err()
		}
	}

	stop()
	<-ended //nolint:errcheck // it finishes what it was saying; how it ended does not matter then

	return user, err
}
