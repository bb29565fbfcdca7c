package news

// Source is a feed that articles come from, as the configuration, an OPML list, a bundle or
// a chat names it. Only URL is required; what is empty is taken from the feed. There is one
// such type: who knows more of a source (store.Source its polls, bundles.Source its owner)
// embeds it. The JSON names are those of an account's file (bot/transfer).
type Source struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Outlet   string `json:"outlet,omitempty"`   // who publishes it
	Language string `json:"language,omitempty"` // BCP 47
	Country  string `json:"country,omitempty"`  // ISO 3166 alpha-2, lower case
	Folder   string `json:"-"`                  // of an OPML list, "/" between levels
}
