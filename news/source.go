package news

// Source is a feed that articles come from, as the configuration, an OPML list or
// a chat names it. Only URL is required; what is empty is taken from the feed.
type Source struct {
	URL      string
	Title    string
	Outlet   string // who publishes it
	Language string // ISO 639-1
	Country  string // ISO 3166 alpha-2, lower case
	Folder   string // of an OPML list, "/" between levels
}
