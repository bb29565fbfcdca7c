package sources

// BuiltIn are the sources that are read without any configuration: the front or
// world feeds of outlets in many countries that were found alive, are free to
// read and write news as it happens. Addresses are facts; each was checked
// against at least two public lists of feeds.
func BuiltIn() []Source {
	return []Source{
		{URL: "https://rss.upi.com/news/topnews.rss", Outlet: "UPI", Language: "en", Country: "us"},
		{URL: "https://rss.nytimes.com/services/xml/rss/nyt/HomePage.xml", Outlet: "The New York Times", Language: "en", Country: "us"},
		{URL: "https://rss.nytimes.com/services/xml/rss/nyt/World.xml", Outlet: "The New York Times", Language: "en", Country: "us"},
		{URL: "https://feeds.businessinsider.com/custom/all", Outlet: "Business Insider", Language: "en", Country: "us"},
		{URL: "https://feeds.npr.org/1001/rss.xml", Outlet: "NPR", Language: "en", Country: "us"},
		{URL: "https://feeds.bbci.co.uk/news/rss.xml", Outlet: "BBC News", Language: "en", Country: "gb"},
		{URL: "https://feeds.bbci.co.uk/news/world/rss.xml", Outlet: "BBC News", Language: "en", Country: "gb"},
		{URL: "https://www.theguardian.com/world/rss", Outlet: "The Guardian", Language: "en", Country: "gb"},
		{URL: "https://www.aljazeera.com/xml/rss/all.xml", Outlet: "Al Jazeera", Language: "en", Country: "qa"},
		{URL: "https://en.yna.co.kr/RSS/news.xml", Outlet: "Yonhap", Language: "en", Country: "kr"},
		{URL: "https://kcnawatch.org/feed/", Outlet: "KCNA Watch", Language: "en", Country: "kr"},
		{URL: "https://tass.com/rss/v2.xml", Outlet: "TASS", Language: "en", Country: "ru"},
		{URL: "https://rss.dw.com/rdf/rss-en-all", Outlet: "DW", Language: "en", Country: "de"},
		{URL: "https://www.france24.com/en/rss", Outlet: "France 24", Language: "en", Country: "fr"},
	}
}
