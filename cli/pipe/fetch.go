// Package pipe holds the commands that read files or pipes and print JSON: they need
// neither a database nor a configuration, and use the same code as the running bot.
package pipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/cli/progress"
	"newsbell/news"
	"newsbell/sources"
	"newsbell/sources/feed"
)

// fetchOptions are the flags of `newsbell fetch`.
type fetchOptions struct {
	userAgent   string
	base        string
	contentType string
	raw         bool
	feeds       bool
}

// Commands returns the commands. userAgent is what publishers see.
func Commands(userAgent string) []*cobra.Command {
	return []*cobra.Command{fetchCommand(userAgent), matchCommand(), queryCommand(), groupCommand(), bundlesCommand()}
}

func fetchCommand(userAgent string) *cobra.Command {
	o := fetchOptions{userAgent: userAgent}

	c := &cobra.Command{
		Use:   "fetch SOURCE...",
		Short: "Read feeds and print their articles, one JSON object per line",
		Long: "Read feeds from addresses, files or standard input (-), in that order, and print\n" +
			"one article per line as JSON, in the feed's order. Files may be gzipped (.gz). A source that\n" +
			"can't be read gets a line on stderr; the others are still read, and the exit code is 1.",
		Example: "  newsbell fetch https://feeds.bbci.co.uk/news/rss.xml\n" +
			"  curl -s https://example.org/feed | newsbell fetch --url https://example.org/feed -",
		Args: command.Args(cobra.MinimumNArgs(1), command.NotEmpty),
		RunE: func(c *cobra.Command, args []string) error {
			if u, err := url.Parse(o.base); o.base != "" && (err != nil || u.Host == "") {
				return command.Usage(fmt.Errorf("--url takes an address such as https://example.org/feed, not %q", o.base))
			}

			return fetchSources(c.Context(), command.StdioOf(c), o, args)
		},
	}
	c.Flags().StringVar(&o.base, "url", "", "`address` of a file or stdin, to complete relative links")
	c.Flags().StringVar(&o.contentType, "type", "", "`content type` of a file or stdin, for its charset")
	c.Flags().BoolVar(&o.raw, "raw", false, "print what the feed has, without cleaning")
	c.Flags().BoolVar(&o.feeds, "feeds", false, "print a line for each source instead of its articles")

	return c
}

// feedLine is a line of `fetch --feeds`.
type feedLine struct {
	Source   string `json:"source"`
	Kind     string `json:"kind,omitempty"`
	Title    string `json:"title,omitempty"`
	Link     string `json:"link,omitempty"`
	Language string `json:"language,omitempty"`
	Articles int    `json:"articles"`
	Error    string `json:"error,omitempty"`
}

func fetchSources(ctx context.Context, std command.Stdio, o fetchOptions, args []string) error {
	f := sources.NewFetcher(sources.Options{UserAgent: o.userAgent})
	defer f.Close()

	out := json.NewEncoder(std.Out)
	out.SetEscapeHTML(false)

	var line *progress.Line

	if !std.ShowsOutput() { // else the articles show it themselves
		line = progress.Start(std.Err, progress.Work{What: "Reading", Unit: progress.Sources, Total: int64(len(args))})
		defer line.Stop()
	}

	std.Err = line.Above(std.Err)
	failed := false

	for _, arg := range args {
		feed, articles, err := fetchOne(ctx, std, f, o, arg)
		if ctx.Err() != nil {
			return ctx.Err()
		}

		if err != nil {
			failed = true

			fmt.Fprintf(std.Err, "newsbell: %s: %v\n", redactSource(arg), err)
		}

		if err := printFetched(out, o, arg, feed, articles, err); err != nil {
			return err
		}

		line.Add(1)
	}

	if failed {
		return command.ErrReported
	}

	return nil
}

func printFetched(out *json.Encoder, o fetchOptions, arg string, feed *feed.Feed, articles []news.Article, err error) error {
	if o.feeds {
		line := feedLine{Source: arg, Articles: len(articles)}
		if err != nil {
			line.Error = err.Error()
		} else {
			line.Kind, line.Title, line.Link, line.Language = feed.Kind, feed.Title, feed.Link, feed.Language
		}

		return out.Encode(line)
	}

	for _, a := range articles {
		a.Source = arg
		if err := out.Encode(a); err != nil {
			return err
		}
	}

	return nil
}

func fetchOne(ctx context.Context, std command.Stdio, f *sources.Fetcher, o fetchOptions, arg string) (*feed.Feed, []news.Article, error) {
	if lower := strings.ToLower(arg); strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") {
		r, err := f.Fetch(ctx, sources.FetchRequest{URL: arg, Raw: o.raw, Listed: true})
		if err != nil {
			return nil, nil, err
		}

		return &r.Feed, r.Articles, nil
	}

	in, err := std.OpenInput(ctx, arg)
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, nil, fmt.Errorf("%w; an address begins with https://", wrong.Err) // who reads it knows the name
	}

	if err != nil {
		return nil, nil, err
	}

	defer in.Close()

	body, err := io.ReadAll(io.LimitReader(in, sources.MaxBody+1))
	if err != nil {
		return nil, nil, err
	}

	if len(body) > sources.MaxBody {
		return nil, nil, errors.New("it's larger than 8 MiB")
	}

	return feed.Parse(feed.Input{Body: body, Address: o.base, ContentType: o.contentType, Source: news.Source{URL: o.base}, Raw: o.raw})
}

// redactSource returns a source as it may stand in a log: without what follows the "?" or
// stands before the "@" of an address.
func redactSource(arg string) string { return sources.RedactURL(arg) }
