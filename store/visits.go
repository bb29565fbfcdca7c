package store

import "time"

// Visit is a poll that found nothing new, of a source that is well and whose
// state is as it was.
type Visit struct {
	Source int64
	At     time.Time
	Next   time.Time // when to ask again
}

// visitsInSQL is how many visits one statement takes.
const visitsInSQL = 128

// SaveVisits saves many visits at once. Nearly all polls find nothing new, so
// this is what polling costs the database.
func (t *Tx) SaveVisits(list []Visit) error {
	for len(list) > 0 {
		n := min(len(list), visitsInSQL)

		args := make([]any, 0, 3*n)
		for _, v := range list[:n] {
			args = append(args, v.Source, millis(v.At), millis(v.Next))
		}

		_, err := t.exec("UPDATE sources SET last_poll_at = v.column2, last_ok_at = v.column2, next_poll_at = v.column3 FROM (VALUES "+
			tuples(3, n)+") AS v WHERE sources.id = v.column1", args...)
		if err != nil {
			return err
		}

		list = list[n:]
	}

	return nil
}
