package adapters

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Listening is whether an adapter receives what people write, as the running
// program last found. It is kept in the cursors, for other processes to read.
type Listening struct {
	At      time.Time `json:"at"`                // when this was found
	Problem string    `json:"problem,omitempty"` // a clause for the operator; "": it listens
}

const listeningCursor = "listening"

// ListeningEvery is how often an adapter that listens says so.
const ListeningEvery = time.Minute

// SaveListening keeps what an adapter found.
func SaveListening(ctx context.Context, c Cursors, platform string, l Listening) error {
	value, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("saving whether %s listens: %w", platform, err)
	}

	return c.SetCursor(ctx, platform, listeningCursor, string(value))
}

// LoadListening returns what a platform's adapter found last; ok is false if there
// has been none.
func LoadListening(ctx context.Context, c Cursors, platform string) (l Listening, ok bool, err error) {
	value, err := c.Cursor(ctx, platform, listeningCursor)
	if err != nil || value == "" {
		return Listening{}, false, err
	}

	if err := json.Unmarshal([]byte(value), &l); err != nil {
		return Listening{}, false, fmt.Errorf("reading whether %s listens: %w", platform, err)
	}

	return l, true, nil
}
