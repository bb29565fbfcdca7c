package scheduler

import (
	"cmp"
	"fmt"

	"newsbell/sources"
	"newsbell/store"
)

func nameOf(s *store.Source) string { return cmp.Or(s.Title, s.Outlet, sources.Shown(s.URL)) }

// failingText tells those who added a source that it does not work.
func failingText(s *store.Source) string {
	return fmt.Sprintf("%s has not answered for a day: %s. Newsbell goes on trying; /sources shows how it is.", nameOf(s), s.Error)
}

// backText tells them that it does again.
func backText(s *store.Source) string {
	return nameOf(s) + " is back."
}

// goneText tells them that it has ended.
func goneText(s *store.Source) string {
	return nameOf(s) + " is gone for good, says its server, and is no longer read. If it has moved: /sources add and its new address."
}

// relaunchText tells the operator why a source is silent for once.
func relaunchText(s *store.Source) string {
	return nameOf(s) + " lists almost nothing that was there before. That looks like a new website: what it lists now does not ring, what comes next does."
}

// awayText greets a chat whose pause of over a day is over.
const awayText = "Alerts come again. What came while you were away: /news"
