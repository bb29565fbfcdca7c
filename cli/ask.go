package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"

	"newsbell/ai"
	"newsbell/bot/answers"
	"newsbell/bot/wish"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/news"
	"newsbell/store"
	"newsbell/subscriptions/query"
)

func askCommand() *cobra.Command {
	var (
		flags          databaseFlags
		asJSON         bool
		kind, question string
	)

	c := &cobra.Command{
		Use:   "ask LINK",
		Short: "Ask about a story: in short, its sides, background, who, a translation, a question of yours",
		Long: `Ask about the story that an article belongs to. With [ai] in the configuration a
language model writes the answer, and only sentences that the articles bear out are
printed; otherwise, and where too few are left, the answer is the articles' own.

Kinds: short, sides, background, who, translate:LANGUAGE (such as translate:pl), question.`,
		Example: "  newsbell ask --kind sides https://outlet.example/news/some-article\n  newsbell ask --kind question --question \"What does it cost?\" https://outlet.example/news/some-article",
		Args:    command.Args(cobra.ExactArgs(1), command.NotEmpty),
	}
	flags.add(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.Flags().StringVar(&kind, "kind", "short", "what to answer")
	c.Flags().StringVar(&question, "question", "", "with --kind question: the question")
	c.RunE = func(c *cobra.Command, args []string) error {
		k, lang, err := readKind(kind, question)
		if err != nil {
			return command.Usage(err)
		}

		return flags.withSettings(c.Context(), false, func(s *store.Store, settings config.Config) error {
			answer, err := askAI(c.Context(), s, settings.AI, args[0], k, lang, question)

			switch {
			case err != nil:
				return err
			case asJSON:
				return command.PrintJSON(c.OutOrStdout(), answer)
			}

			return printAnswer(answer, c.OutOrStdout())
		})
	}

	return c
}

// readKind reads --kind, and refuses what does not go together.
func readKind(text, question string) (kind ai.Kind, lang string, err error) {
	name, lang, hasLanguage := strings.Cut(text, ":")
	kind = ai.Kind(name)

	if !slices.Contains(ai.Kinds(), kind) {
		return "", "", fmt.Errorf("--kind takes short, sides, background, who, translate:LANGUAGE or question, not %q", text)
	}

	if hasLanguage != (kind == ai.Translate) {
		return "", "", errors.New("translate, and only it, takes a language: --kind translate:pl")
	}

	if kind == ai.Translate {
		tag, err := language.Parse(lang)
		if err != nil {
			return "", "", fmt.Errorf("%q is no code of a language; write it like translate:pl", lang)
		}

		base, _ := tag.Base()
		lang = base.String()
	}

	if (kind == ai.Question) != (strings.TrimSpace(question) != "") {
		return "", "", errors.New(`--kind question and --question "…" go together`)
	}

	return kind, lang, nil
}

func askAI(ctx context.Context, s *store.Store, c config.AI, link string, kind ai.Kind, lang, question string) (*ai.Answer, error) {
	story, err := readStory(ctx, s, link)
	if err != nil {
		return nil, err
	}

	return ai.New(modelConfig(c), answers.Ledger{Store: s}).Answer(ctx, 0, answers.NewTask(story, kind, lang, question)), nil
}

func modelConfig(c config.AI) ai.Config {
	return ai.Config{
		URL: c.URL, Model: c.Model, Key: c.Key, CheckModel: c.CheckModel, EmbedModel: c.EmbedModel,
		TokensPerDay: c.TokensPerDay, PerChatPerDay: c.PerChat, Timeout: c.Timeout, Parallel: c.Parallel,
	}
}

// priceOf returns what a million tokens cost; 0: not known.
func priceOf(c config.AI) float64 {
	price, _ := strconv.ParseFloat(c.Price, 64) // the configuration was checked

	return price
}

// printAnswer prints an answer as people read it.
func printAnswer(a *ai.Answer, out io.Writer) error {
	var b strings.Builder

	for _, s := range a.Sentences {
		var hosts []string

		for _, address := range s.Sources {
			if host := news.Host(address); !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}

		fmt.Fprintf(&b, "• %s (%s)\n", s.Text, strings.Join(hosts, ", "))
	}

	if a.By == ai.ByModel {
		b.WriteString("Written by a language model, and held against the articles.\n")

		if a.Quoted > 0 {
			b.WriteString("Where its words could not be confirmed, the articles' own stand in their place.\n")
		}
	}

	if a.Reason != "" {
		b.WriteString(a.Reason + "\n")
	}

	_, err := io.WriteString(out, b.String())

	return err
}

// wishLine is what `newsbell wish` prints.
type wishLine struct {
	Query string `json:"query"`
	Words string `json:"words"`
	By    string `json:"by"` // ai.ByModel or "rules"
}

func wishCommand() *cobra.Command {
	var (
		file   string
		asJSON bool
	)

	c := &cobra.Command{
		Use:   "wish TEXT...",
		Short: "Turn a wish in plain words into a query",
		Long: `Turn a wish in plain words into a query, as a private chat with the bot does.

With [ai] in the configuration a language model writes the query. Otherwise, and where it
writes none that parses, it works by rules, in English, German, French, Spanish, Italian,
Polish, Russian and Japanese; then nothing is sent anywhere.`,
		Example: "  newsbell wish tell me when there is an earthquake in Chile\n  newsbell wish --json 'Nachrichten über die Bahn'",
		Args:    command.Args(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			settings, err := config.Load(file, os.Environ())
			if err != nil {
				return command.Usage(err)
			}

			made, by, ok := readWish(c.Context(), settings.AI, strings.Join(args, " "))
			if !ok {
				return errors.New("I found nothing to look for in that. Say what it's about, such as: newsbell wish news about trains")
			}

			q, err := query.Parse(made)
			if err != nil {
				return fmt.Errorf("read the query of the wish: %w", err)
			}

			line := wishLine{Query: made, Words: q.Words(), By: by}
			if asJSON {
				return command.PrintJSON(c.OutOrStdout(), line)
			}

			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n%s\n", line.Query, line.Words)

			return err
		},
	}
	c.Flags().StringVar(&file, "config", "", "configuration file (default "+config.DefaultFile+" if it is there)")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")

	return c
}

// readWish turns a wish into a query: by the language model if there is one, else by rules.
func readWish(ctx context.Context, c config.AI, text string) (made, by string, ok bool) {
	if made, ok = ai.New(modelConfig(c), nil).Query(ctx, 0, text, query.Valid); ok {
		return made, ai.ByModel, true
	}

	w, ok := wish.Understand(text, "")

	return w.Query, "rules", ok
}

// modelPause is how long a model that does not work is left alone.
const modelPause = 5 * time.Minute

// watchModel asks the language model for a sentence until it writes one well, and has
// it offered to people then.
func (a *app) watchModel(ctx context.Context) {
	if a.config.AI.URL == "" {
		return
	}

	for {
		took, obeys, err := a.writer.Probe(ctx)

		switch {
		case ctx.Err() != nil:
			return
		case obeys:
			a.Log.Info("the language model works", "model", a.config.AI.Model, "took", took.Round(time.Millisecond))
			return
		case err != nil:
			a.Log.Warn("the language model does not work, so it isn't offered", "model", a.config.AI.Model, "error", err)
		default:
			a.Log.Warn("the language model writes what is not in its text, so it isn't offered", "model", a.config.AI.Model)
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(modelPause):
		}
	}
}
