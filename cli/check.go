package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"newsbell/adapters/telegram"
	"newsbell/ai"
	"newsbell/cli/command"
	"newsbell/cli/config"
	"newsbell/locales"
	"newsbell/sources"
	"newsbell/store"
)

// finding is a line of `newsbell check`.
type finding struct {
	What     string `json:"what"`
	OK       bool   `json:"ok"`
	Sentence string `json:"sentence"`
}

// What begins so where a finding is of a source, or of a target.
const (
	sourceFinding = "source "
	targetFinding = "target "
)

// alertCounts is the line of `newsbell check --alerts`.
type alertCounts struct {
	Waiting int            `json:"waiting"`
	Sent    int            `json:"sent"`
	Folded  int            `json:"folded"`
	Dropped map[string]int `json:"dropped"`
}

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, the database and the sources",
		Long: `Check the configuration, the database and the sources, and say in a sentence whether
each is all right. A failing source is reported, but is no error as long as others work.

--online also asks the platforms whether they accept the tokens. --remove-webhook removes
the webhook of another program that keeps Telegram's updates from this one. --live checks only
that a process is running on this database and keeping up, for a container's health check: of
several that share a database the one that this configuration or environment names, or one of this machine.
--alerts counts the alerts that are waiting, were sent, were only counted in a digest, or
were dropped, by reason.`,
		Example: "  newsbell check --online\n  newsbell check --live\n  newsbell check --json --alerts",
		Args:    command.Args(cobra.NoArgs),
	}

	var flags databaseFlags
	flags.add(c)

	asJSON := c.Flags().Bool("json", false, "print one JSON object per line")
	alerts := c.Flags().Bool("alerts", false, "count the alerts by what became of them")
	live := c.Flags().Bool("live", false, "check only that the bot is running and keeping up")
	online := c.Flags().Bool("online", false, "ask the platforms whether the tokens work")
	removeWebhook := c.Flags().Bool("remove-webhook", false, "with Telegram: take the updates back from another program's webhook")
	c.RunE = func(c *cobra.Command, _ []string) error {
		f := &findings{asJSON: *asJSON, out: c.OutOrStdout()}

		switch {
		case *alerts && *live, *alerts && *online, *live && *online:
			return command.Usage(errors.New("only one of --alerts, --live and --online at a time"))
		case *alerts:
			return flags.withStore(c.Context(), false, func(s *store.Store) error {
				return checkAlerts(c.Context(), s, *asJSON, c.OutOrStdout())
			})
		case *live:
			return errors.Join(checkRunning(c.Context(), flags, f.report), f.result())
		}

		if *removeWebhook {
			return takeUpdatesBack(c.Context(), flags, c.OutOrStdout())
		}

		return checkAll(c.Context(), flags, *online, f)
	}

	return c
}

// checkRunning is `newsbell check --live`.
func checkRunning(ctx context.Context, flags databaseFlags, report func(string, error, string)) error {
	return flags.withSettings(ctx, false, func(s *store.Store, settings config.Config) error {
		return checkLive(ctx, settings.Process.Name, s, report)
	})
}

// findings prints what is found, as it is found.
type findings struct {
	asJSON bool
	out    io.Writer

	all, failed int
	err         error // of printing
}

// report prints a finding: what was checked, and a sentence; if err is nil, well.
func (f *findings) report(what string, err error, well string) {
	f.all++

	if err != nil {
		f.failed++
		f.print(finding{what, false, err.Error()})
	} else {
		f.print(finding{what, true, well})
	}
}

func (f *findings) print(one finding) {
	var err error
	if f.asJSON {
		err = command.PrintJSON(f.out, one)
	} else {
		_, err = fmt.Fprintln(f.out, one.word()+one.What+": "+one.Sentence)
	}

	if err != nil {
		f.err = err
	}
}

// word is how a finding begins where people read it: a source or a target that fails is nothing wrong here.
func (f finding) word() string {
	switch {
	case f.OK:
		return "ok    "
	case strings.HasPrefix(f.What, sourceFinding), strings.HasPrefix(f.What, targetFinding):
		return "fails "
	}

	return "wrong "
}

// result returns an error if something failed.
func (f *findings) result() error {
	switch {
	case f.err != nil:
		return f.err
	case f.failed == 1:
		return errors.New("1 check failed")
	case f.failed > 1:
		return fmt.Errorf("%d checks failed", f.failed)
	}

	return nil
}

func checkAlerts(ctx context.Context, s *store.Store, asJSON bool, out io.Writer) error {
	counts, err := store.Read(ctx, s, (*store.Tx).CountAlerts)
	if err != nil {
		return err
	}

	if asJSON {
		return command.PrintJSON(out, alertCounts(counts))
	}

	dropped := 0

	var reasons []string

	for reason, n := range counts.Dropped {
		dropped += n
		reasons = append(reasons, fmt.Sprintf("%s %d", reason, n))
	}

	why := ""
	if dropped > 0 {
		why = " (" + strings.Join(reasons, ", ") + ")"
	}

	_, err = fmt.Fprintf(out, "%d waiting, %d sent, %d folded, %d dropped%s\n", counts.Waiting, counts.Sent, counts.Folded, dropped, why)

	return err
}

func checkAll(ctx context.Context, flags databaseFlags, online bool, f *findings) error {
	c, err := flags.load()
	if err != nil {
		f.report("configuration", err, "")
		return command.Usage(command.ErrReported)
	}

	f.report("configuration", nil, "No mistakes in it.")

	for _, warning := range c.Warnings {
		f.report("warning", nil, warning)
	}

	if online {
		checkOnline(ctx, c, f.report)
	} else {
		checkTokens(c, f.report)
	}

	checkTexts(c, f.report)
	checkModel(ctx, c.AI, f.report)
	checkEmbedding(ctx, c.AI, f.report)
	checkDatabase(ctx, c, f)

	return f.result()
}

// takeUpdatesBack removes a webhook from the Telegram bot.
func takeUpdatesBack(ctx context.Context, flags databaseFlags, out io.Writer) error {
	c, err := flags.load()
	if err != nil {
		return err
	}

	if c.Telegram.Token == "" {
		return command.Usage(errors.New("--remove-webhook needs a Telegram token in the configuration"))
	}

	bot := telegram.New(telegram.Config{Token: c.Telegram.Token, APIURL: c.Telegram.APIURL, Proxy: c.Telegram.Proxy})
	if err := bot.RemoveWebhook(ctx); err != nil {
		return fmt.Errorf("remove the webhook: %w", err)
	}

	_, err = fmt.Fprintln(out, "No webhook is set any more: the bot's updates come to Newsbell.")

	return err
}

func checkTokens(c config.Config, report func(string, error, string)) {
	for _, t := range []struct{ platform, token string }{{"telegram", c.Telegram.Token}, {"discord", c.Discord.Token}} {
		sentence := "A token is configured; `newsbell check --online` asks whether it works."
		if t.token == "" {
			sentence = "No token is configured, so it's off."
		}

		report(t.platform, nil, sentence)
	}
}

// checkTexts reads the operator's own texts, if there are any.
func checkTexts(c config.Config, report func(string, error, string)) {
	if c.Locales == "" {
		return
	}

	_, err := locales.New(c.Locales)
	report("locales", err, "Your own texts are read.")
}

// checkModel asks the language model for one sentence, if there is one.
func checkModel(ctx context.Context, c config.AI, report func(string, error, string)) {
	if c.URL == "" {
		return
	}

	took, obeys, err := ai.New(modelConfig(c), nil).Probe(ctx)
	sentence := fmt.Sprintf("%s answered in %s and keeps to the form.", c.Model, formatTook(took))

	if err == nil && !obeys {
		err = fmt.Errorf("%s answered in %s, but what it wrote is not in the text it was given; people will mostly read the articles' own sentences", c.Model, formatTook(took))
	}

	report("ai", err, sentence)
}

// formatTook returns how long a model took: in milliseconds below a second, which a small model on one's
// own machine answers in.
func formatTook(took time.Duration) string {
	if took < time.Second {
		return fmt.Sprintf("%d ms", max(took.Milliseconds(), 1))
	}

	return fmt.Sprintf("%.1f s", took.Seconds())
}

// checkEmbedding tries the embedding model, if there is one.
func checkEmbedding(ctx context.Context, c config.AI, report func(string, error, string)) {
	e := ai.NewEmbedder(modelConfig(c), nil)
	if e == nil {
		return
	}

	tried, err := e.Probe(ctx)
	took := formatTook(tried.Took)
	sentence := fmt.Sprintf("%s answered in %s with %d numbers; a headline is nearer to its translation (%.2f) than to another headline (%.2f).", c.EmbedModel, took, tried.Numbers, tried.Same, tried.Different)

	if err == nil && !tried.KnowsLanguages() {
		err = fmt.Errorf("%s answered in %s, but finds a headline no nearer to its translation (%.2f) than to another headline (%.2f): take a model that knows several languages, else no stories of two languages are joined",
			c.EmbedModel, took, tried.Same, tried.Different)
	}

	report("embeddings", err, sentence)
}

func checkDatabase(ctx context.Context, c config.Config, f *findings) {
	report := f.report

	exists, err := store.Exists(ctx, c.Database)
	if err == nil && !exists {
		report("database", nil, "There is none yet; `newsbell run` creates it.")
		return
	}

	var s *store.Store
	if err == nil {
		s, err = openStore(ctx, c.Database)
	}

	if err != nil {
		report("database", err, "")
		return
	}

	defer s.Close()

	damage, err := s.Check(ctx)
	if err == nil && len(damage) > 0 {
		err = fmt.Errorf("it is damaged: %s. Stop the bot and put a backup in its place", strings.Join(damage, "; "))
	}

	report("database", err, "It's sound.")

	if err == nil {
		checkListening(ctx, c, s, report)
		checkProcesses(ctx, c, s, report)
		checkTargets(ctx, s, f)
		checkSources(ctx, s, f)
	}
}

// checkTargets reports every target at which nothing arrives, by its row as in the log: its address is a
// secret of its chat. That is no failure of this installation.
func checkTargets(ctx context.Context, s *store.Store, f *findings) {
	failing, err := store.Read(ctx, s, (*store.Tx).FailingTargets)
	if err != nil {
		f.report("targets", err, "")
	}

	for _, g := range failing {
		f.print(finding{fmt.Sprint(targetFinding, g.Chat), false, fmt.Sprintf("nothing arrives there right now: %s. It's one of chat %d, which knows its address: /targets", g.Failing, g.Owner)})
	}
}

// checkSources reports every source that fails. Only that all of them do is a failure
// of this installation.
func checkSources(ctx context.Context, s *store.Store, f *findings) {
	all, err := store.Read(ctx, s, (*store.Tx).Sources)
	if err != nil {
		f.report("sources", err, "")
		return
	}

	failing, unread := 0, 0

	for _, source := range all {
		switch {
		case source.Error != "":
			failing++

			f.print(finding{sourceFinding + sources.RedactURL(source.URL), false, failureSentence(source)})
		case source.LastOKAt.IsZero():
			unread++
		}
	}

	sentence := fmt.Sprintf("%d of %d work.", len(all)-failing-unread, len(all))
	if unread > 0 {
		sentence += fmt.Sprintf(" %d haven't been read yet.", unread)
	}

	if failing > 0 && failing == len(all)-unread {
		err = errors.New("every source that was read fails; does this machine reach the internet?")
	}

	f.report("sources", err, sentence)
}

// failureSentence says how long a source has been failing, and why.
func failureSentence(s *store.Source) string {
	often := ""
	if s.ErrorCount > 1 {
		often = fmt.Sprintf("%d times in a row ", s.ErrorCount)
	}

	return fmt.Sprintf("%s, %ssince %s", s.Error, often, s.ErrorSince.Format(time.RFC3339))
}
