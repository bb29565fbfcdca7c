package delivery

import (
	"fmt"

	"newsbell/store"
)

// heading opens a digest.
func heading(bundle string) string {
	switch bundle {
	case store.BundleHeld:
		return "While alerts were on hold"
	case store.BundleQuiet:
		return "While it was quiet"
	case store.BundleDowntime:
		return "While Newsbell was away"
	case store.BundleDigest:
		return "Your digest"
	default:
		return "Many stories at once"
	}
}

// moreText says how many stories a digest leaves out, and where they are.
func moreText(n int) string {
	if n == 1 {
		return "1 more story: /news"
	}

	return fmt.Sprintf("%d more stories: /news", n)
}
