package enginetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// link is a connection to the server that outlives a test. It has neither goroutines nor timers, so
// that it may have been opened in the bubble of a test whose time was simulated.
type link struct {
	mu sync.Mutex
	to *pgproto3.Frontend
}

func openLink(ctx context.Context, address string) (*link, error) {
	c, err := pgconn.Connect(ctx, address)
	if err != nil {
		return nil, err
	}

	own, err := c.Hijack()
	if err != nil {
		return nil, err
	}

	return &link{to: own.Frontend}, nil
}

// do runs statements and returns the rows of all of them.
func (l *link) do(script string) (rows [][]string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.to.Send(&pgproto3.Query{String: script})

	if err := l.to.Flush(); err != nil {
		return nil, err
	}

	for {
		message, received := l.to.Receive()
		if received != nil {
			return nil, errors.Join(err, received)
		}

		switch m := message.(type) {
		case *pgproto3.DataRow:
			row := make([]string, len(m.Values))
			for i, value := range m.Values {
				row[i] = string(value)
			}

			rows = append(rows, row)
		case *pgproto3.ErrorResponse:
			err = fmt.Errorf("%s (%s)", m.Message, m.Code)
		case *pgproto3.ReadyForQuery:
			if err != nil && m.TxStatus != 'I' {
				l.to.Send(&pgproto3.Query{String: "ROLLBACK"})

				if flushed := l.to.Flush(); flushed != nil {
					return nil, errors.Join(err, flushed)
				}

				continue
			}

			return rows, err
		}
	}
}
