package pipe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"newsbell/cli/command"
	"newsbell/sources/charset"
	"newsbell/subscriptions/query"
)

func queryCommand() *cobra.Command {
	var queries string

	c := &cobra.Command{
		Use:     "query --queries FILE",
		Short:   "Show how queries are understood, one per line",
		Example: "  newsbell query --queries queries.txt\n  echo 'tesla or spacex -stock' | newsbell query --queries -",
		Args:    command.Args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if queries == "" {
				return command.Usage(errors.New("name the queries with --queries FILE, one query per line"))
			}

			return showQueries(c.Context(), command.StdioOf(c), queries)
		},
	}
	c.Flags().StringVar(&queries, "queries", "", "file with one query per line (- for standard input, .gz accepted)")

	return c
}

// queryLine is one line of `newsbell query`.
type queryLine struct {
	Query     int            `json:"query"`
	Canonical string         `json:"canonical,omitempty"`
	Words     string         `json:"words,omitempty"`
	Warnings  *[]problemLine `json:"warnings,omitempty"`
	Error     *problemLine   `json:"error,omitempty"`
}

// problemLine is an error or a warning.
type problemLine struct {
	At         int    `json:"at"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

func showQueries(ctx context.Context, std command.Stdio, name string) error {
	out := bufio.NewWriterSize(std.Out, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)

	f, err := std.OpenInput(ctx, name)
	if err != nil {
		return fmt.Errorf("read the queries: %w", err)
	}
	defer f.Close()

	err = command.EachLine(command.FlushFirst{In: f, Out: out}, func(n int, line []byte) error {
		return enc.Encode(describeQuery(n, string(line)))
	})

	return errors.Join(err, out.Flush())
}

func describeQuery(n int, text string) queryLine {
	q, err := parseQuery(text)
	if wrong, ok := errors.AsType[*query.Error](err); ok {
		return queryLine{Query: n, Error: &problemLine{wrong.At, wrong.Message, wrong.Suggestion}}
	}

	warnings := []problemLine{}
	for _, w := range q.Warnings() {
		warnings = append(warnings, problemLine(w))
	}

	for _, p := range query.Propose(text) {
		warnings = append(warnings, problemLine{0, p.Message, p.Query})
	}

	return queryLine{Query: n, Canonical: q.String(), Words: q.Words(), Warnings: &warnings}
}

// parseQuery reads a query of a file. A chat's text is always UTF-8; a file that is not would
// lose letters silently.
func parseQuery(text string) (*query.Query, error) {
	if utf8.ValidString(text) {
		return query.Parse(text)
	}

	at := 0
	for r, size := utf8.DecodeRuneInString(text); r != utf8.RuneError || size > 1; r, size = utf8.DecodeRuneInString(text[at:]) {
		at += size
	}

	wrong := &query.Error{At: at, Message: "This isn't UTF-8. Please save the file as UTF-8."}
	if read := string(charset.ToUTF8([]byte(text), "")); query.Valid(read) {
		wrong.Suggestion = read
	}

	return nil, wrong
}
