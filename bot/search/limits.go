package search

import (
	"time"

	"newsbell/store"
)

// LookBack is how far previews look back.
const LookBack = 7 * 24 * time.Hour

// Quick are for the counts in a reply to /subscribe.
func Quick() Limits {
	return Limits{Time: time.Second, Articles: 20_000, Stories: 1}
}

// Scoped limits a search to what a subscription with that scope, and at least so many
// outlets for a story, would get.
func Scoped(limits Limits, scope string, outlets int) Limits {
	limits.Everywhere, limits.Outlets = scope == store.ScopeEverywhere, outlets
	return limits
}
