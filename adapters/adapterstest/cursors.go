package adapterstest

import (
	"context"
	"sync"
)

// Cursors keeps cursors in memory, as the store does in its database. The zero value has none. It
// is safe for concurrent use.
type Cursors struct {
	mu   sync.Mutex
	kept map[[2]string]string // by bot and name
}

// Cursor implements [adapters.Cursors].
func (c *Cursors) Cursor(_ context.Context, bot, name string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.kept[[2]string{bot, name}], nil
}

// SetCursor implements [adapters.Cursors].
func (c *Cursors) SetCursor(_ context.Context, bot, name, value string) error {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.kept == nil {
		c.kept = map[[2]string]string{}
	}

	c.kept[[2]string{bot, name}] = value

	return nil
}
