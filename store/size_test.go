package store

import (
	"testing"
	"time"
)

// TestTheSizeOfADatabase is known on both engines, and of a day the last that was noted.
func TestTheSizeOfADatabase(t *testing.T) {
	t.Parallel()

	s := openTest(t)

	size, err := s.Size(t.Context())
	if err != nil || size < 10_000 {
		t.Errorf("it has %d bytes, %v", size, err)
	}

	s.update(t, func(tx *Tx) error {
		for _, bytes := range []int64{100, 300, 0} {
			if err := tx.NoteSize(bytes); err != nil {
				return err
			}
		}

		tx.Now = tx.Now.Add(2 * 24 * time.Hour)
		if err := tx.NoteSize(1000); err != nil {
			return err
		}

		grown, days, err := tx.Growth(30)
		if grown != 700 || days != 2 {
			t.Errorf("it grew by %d in %d days", grown, days)
		}

		return err
	})
}
