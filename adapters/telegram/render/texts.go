package render

// What a reader sees of this package.
const (
	sayNoTitle = "(no title)"
	sayJustNow = "just now"
	sayMatched = "Matched: "
	sayAlso    = "Also in: "
	sayPhoto   = "Photo: "
	sayMore    = "and %d more"
	sayAndMore = "… and %d more"
	sayCut     = "… (the rest does not fit into one message)"
)
