package pipe

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"newsbell/cli/command"
	"newsbell/cli/progress"
	"newsbell/subscriptions/index"
	"newsbell/subscriptions/query"
)

// typedQuery is a query as it stands on a line, and what it says or why it says nothing.
type typedQuery struct {
	line  int
	text  string
	query *query.Query
	err   error
}

// queriesAtOnce and bytesAtOnce are how many queries are parsed together, and about how many bytes they are
// at most: a file of something else may have long lines.
const (
	queriesAtOnce = 1000
	bytesAtOnce   = 1 << 20
)

// queryBatch is queries that are parsed together; parsed is closed when they are.
type queryBatch struct {
	all    []typedQuery
	bytes  int
	parsed chan struct{}
}

func (b *queryBatch) isFull() bool { return len(b.all) >= queriesAtOnce || b.bytes >= bytesAtOnce }

func (b *queryBatch) parse() {
	defer close(b.parsed)

	for i := range b.all {
		q := &b.all[i]
		q.query, q.err = parseQuery(q.text)
	}
}

// readQueries fills an index; a query that does not parse is reported on stderr.
func readQueries(ctx context.Context, std command.Stdio, name string) (ix *index.Index, wrong bool, err error) {
	ix = index.NewIndex()

	f, err := std.OpenInput(ctx, name)
	if err != nil {
		return nil, false, fmt.Errorf("read the queries: %w", err)
	}
	defer f.Close()

	line := progress.Start(std.Err, progress.Work{What: "Reading", Unit: progress.Queries})
	defer line.Stop()

	errs := bufio.NewWriter(line.Above(std.Err))
	defer errs.Flush()

	err = parseLines(ctx, f, func(q *typedQuery) {
		line.Add(1)

		if q.err != nil {
			wrong = true

			fmt.Fprintf(errs, "line %d: %v\n", q.line, q.err)

			return
		}

		ix.Add(index.ID(q.line), q.query)
	})

	return ix, wrong, err
}

// parseLines parses the query on each line and passes them on, one after the other in their order. There may be
// a million of them, so it is a pipeline: this goroutine reads, one for each batch parses, and one passes
// them on. It returns when all were passed on, or ctx has ended and all that was read were.
func parseLines(ctx context.Context, r io.Reader, each func(*typedQuery)) error {
	waiting := make(chan *queryBatch, 2*runtime.GOMAXPROCS(0))

	var passing sync.WaitGroup

	passing.Go(func() {
		for b := range waiting {
			<-b.parsed

			for i := range b.all {
				each(&b.all[i])
			}
		}
	})

	next := &queryBatch{parsed: make(chan struct{})}
	start := func() {
		waiting <- next

		go next.parse()

		next = &queryBatch{parsed: make(chan struct{})}
	}

	err := command.EachLine(r, func(n int, text []byte) error {
		next.all = append(next.all, typedQuery{line: n, text: string(text)})
		if next.bytes += len(text); next.isFull() {
			start()
		}

		return ctx.Err()
	})

	start()
	close(waiting)
	passing.Wait()

	return err
}
