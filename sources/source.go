package sources

// Source is a place that articles come from, as configuration, OPML or the
// built-in list name it. Only URL is needed; what is empty the feed itself says.
type Source struct {
	URL      string
	Title    string
	Outlet   string // who publishes it
	Language string // ISO 639-1
	Country  string // ISO 3166 alpha-2, lower case
	Folder   string // where OPML keeps it, "/" between levels
}
