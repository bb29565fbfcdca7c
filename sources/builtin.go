package sources

import "newsbell/news"

// BuiltIn are the sources that are read without any configuration: front, world
// or English-language feeds of outlets in many countries. Each address stands in
// a public list of feeds that was found alive or in the code of other readers;
// frozen and closed ones (AP, Reuters, the old WSJ) are left out. Addresses and
// names are facts. An outlet's feeds that it asks bots not to read are not here.
func BuiltIn() []news.Source {
	return []news.Source{
		{URL: "https://rss.upi.com/news/topnews.rss", Title: "UPI top news", Outlet: "UPI", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://rss.upi.com/news/world_news.rss", Title: "UPI world", Outlet: "UPI", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://rss.nytimes.com/services/xml/rss/nyt/HomePage.xml", Title: "New York Times", Outlet: "The New York Times", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://rss.nytimes.com/services/xml/rss/nyt/World.xml", Title: "New York Times world", Outlet: "The New York Times", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://feeds.businessinsider.com/custom/all", Title: "Business Insider", Outlet: "Business Insider", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://feeds.npr.org/1001/rss.xml", Title: "NPR", Outlet: "NPR", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://www.cnbc.com/id/100003114/device/rss/rss.html", Title: "CNBC top news", Outlet: "CNBC", Language: "en", Country: "us", Folder: "Americas"},
		{URL: "https://www.cbc.ca/cmlink/rss-topstories", Title: "CBC top stories", Outlet: "CBC News", Language: "en", Country: "ca", Folder: "Americas"},
		{URL: "https://feeds.folha.uol.com.br/emcimadahora/rss091.xml", Title: "Folha de S.Paulo", Outlet: "Folha de S.Paulo", Language: "pt", Country: "br", Folder: "Americas"},
		{URL: "https://www.clarin.com/rss/lo-ultimo/", Title: "Clarín", Outlet: "Clarín", Language: "es", Country: "ar", Folder: "Americas"},

		{URL: "https://feeds.bbci.co.uk/news/rss.xml", Title: "BBC News", Outlet: "BBC News", Language: "en", Country: "gb", Folder: "Europe"},
		{URL: "https://feeds.bbci.co.uk/news/world/rss.xml", Title: "BBC News world", Outlet: "BBC News", Language: "en", Country: "gb", Folder: "Europe"},
		{URL: "https://www.theguardian.com/world/rss", Title: "The Guardian world", Outlet: "The Guardian", Language: "en", Country: "gb", Folder: "Europe"},
		{URL: "https://rss.dw.com/rdf/rss-en-all", Title: "DW", Outlet: "DW", Language: "en", Country: "de", Folder: "Europe"},
		{URL: "https://www.tagesschau.de/xml/rss2", Title: "tagesschau", Outlet: "tagesschau", Language: "de", Country: "de", Folder: "Europe"},
		{URL: "https://www.france24.com/en/rss", Title: "France 24", Outlet: "France 24", Language: "en", Country: "fr", Folder: "Europe"},
		{URL: "https://www.lemonde.fr/rss/une.xml", Title: "Le Monde", Outlet: "Le Monde", Language: "fr", Country: "fr", Folder: "Europe"},
		{URL: "https://feeds.elpais.com/mrss-s/pages/ep/site/elpais.com/portada", Title: "El País", Outlet: "El País", Language: "es", Country: "es", Folder: "Europe"},
		{URL: "https://www.ansa.it/sito/ansait_rss.xml", Title: "ANSA", Outlet: "ANSA", Language: "it", Country: "it", Folder: "Europe"},
		{URL: "https://feeds.nos.nl/nosnieuwsalgemeen", Title: "NOS", Outlet: "NOS", Language: "nl", Country: "nl", Folder: "Europe"},
		{URL: "https://www.svt.se/rss.xml", Title: "SVT Nyheter", Outlet: "SVT", Language: "sv", Country: "se", Folder: "Europe"},
		{URL: "https://www.ukrinform.net/rss/block-lastnews", Title: "Ukrinform", Outlet: "Ukrinform", Language: "en", Country: "ua", Folder: "Europe"},
		{URL: "https://tass.com/rss/v2.xml", Title: "TASS", Outlet: "TASS", Language: "en", Country: "ru", Folder: "Europe"},
		{URL: "https://meduza.io/rss/all", Title: "Meduza", Outlet: "Meduza", Language: "ru", Country: "lv", Folder: "Europe"},

		{URL: "https://en.yna.co.kr/RSS/news.xml", Title: "Yonhap", Outlet: "Yonhap", Language: "en", Country: "kr", Folder: "Asia and Pacific"},
		{URL: "https://en.yna.co.kr/RSS/northkorea.xml", Title: "Yonhap North Korea", Outlet: "Yonhap", Language: "en", Country: "kr", Folder: "Asia and Pacific"},
		{URL: "https://kcnawatch.org/feed/", Title: "KCNA Watch", Outlet: "KCNA Watch", Language: "en", Country: "kp", Folder: "Asia and Pacific"},
		{URL: "https://english.kyodonews.net/rss/all.xml", Title: "Kyodo News", Outlet: "Kyodo News", Language: "en", Country: "jp", Folder: "Asia and Pacific"},
		{URL: "https://www.japantimes.co.jp/feed/topstories/", Title: "The Japan Times", Outlet: "The Japan Times", Language: "en", Country: "jp", Folder: "Asia and Pacific"},
		{URL: "https://www.scmp.com/rss/4/feed", Title: "South China Morning Post", Outlet: "South China Morning Post", Language: "en", Country: "hk", Folder: "Asia and Pacific"},
		{URL: "https://www.thehindu.com/feeder/default.rss", Title: "The Hindu", Outlet: "The Hindu", Language: "en", Country: "in", Folder: "Asia and Pacific"},
		{URL: "https://www.abc.net.au/news/feed/1948/rss.xml", Title: "ABC News", Outlet: "ABC News (Australia)", Language: "en", Country: "au", Folder: "Asia and Pacific"},

		{URL: "https://www.aljazeera.com/xml/rss/all.xml", Title: "Al Jazeera", Outlet: "Al Jazeera", Language: "en", Country: "qa", Folder: "Middle East and Africa"},
		{URL: "https://www.premiumtimesng.com/feed", Title: "Premium Times", Outlet: "Premium Times", Language: "en", Country: "ng", Folder: "Middle East and Africa"},
	}
}
