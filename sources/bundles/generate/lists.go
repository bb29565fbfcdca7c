package main

// countryNames are countries that the lists call by other names than the CLDR.
var countryNames = map[string]string{
	"UK": "gb", "USA": "us", "United States": "us", "United Kingdom": "gb", "The Netherlands": "nl", "Czech Republic": "cz", "DR Congo": "cd", "Macau": "mo",
	"Hong Kong": "hk", "Hong Kong SAR China": "hk", "Turkey": "tr", "Bosnia and Herzegovina": "ba", "Palestine": "ps", "Switzerland (DE)": "ch",
	"Switzerland (FR)": "ch", "Switzerland (IT)": "ch", "Kosovo": "xk", "Myanmar": "mm", "North Macedonia": "mk", "Hongkong": "hk", "Georgia": "ge",
}

// kiteTopics are the topics of Kite that are kept, and their names here.
var kiteTopics = map[string]string{
	"AI": "ai", "Climate Change": "climate", "Space": "space", "Cybersecurity": "cybersecurity", "Economy": "economy", "Energy": "energy", "Medicine": "medicine",
	"Soccer": "football", "NBA": "nba", "NFL": "nfl", "NHL": "nhl", "MLB": "mlb", "Formula 1": "formula-1", "Cycling": "cycling", "Movies": "movies",
	"Music": "music", "Entertainment": "entertainment", "Privacy": "privacy", "Linux & OSS": "linux", "Apple": "apple", "Google": "google", "Microsoft": "microsoft",
	"Nintendo": "nintendo", "Cryptocurrency": "crypto", "Defense": "defense", "Diplomacy": "diplomacy", "Aviation": "aviation", "Auto": "cars",
	"Maritime": "maritime", "Mining": "mining", "Agriculture": "agriculture", "Nuclear Power": "nuclear", "Quantum Physics": "physics", "Positive News": "good-news",
	"Satire": "satire", "Smart Home": "smart-home", "Africa": "africa", "Asia": "asia", "Europe": "europe", "Middle East": "middle-east", "Caribbean": "caribbean",
	"3D Printing": "3d-printing", "Cloud Computing": "cloud", "MMA": "mma", "Psychology": "psychology",
}

// awesomeTopics are the topics of awesome-rss-feeds that are kept.
var awesomeTopics = map[string]string{
	"Apple": "apple", "Business & Economy": "business", "Cars": "cars", "Cricket": "cricket", "Food": "food", "Football": "football", "Gaming": "gaming",
	"History": "history", "Movies": "movies", "Music": "music", "News": "world", "Personal finance": "finance", "Photography": "photography",
	"Programming": "programming", "Science": "science", "Space": "space", "Sports": "sports", "Startups": "startups", "Tech": "technology", "Television": "television",
	"Tennis": "tennis", "Travel": "travel", "Books": "books", "Fashion": "fashion",
}

// englishNames are names of topics where ours is better or the only one.
var englishNames = map[string]string{
	"ai": "Artificial intelligence", "football": "Football (soccer)", "business": "Business", "cricket": "Cricket", "food": "Food", "gaming": "Games", "history": "History",
	"world": "World news", "finance": "Personal finance", "photography": "Photography", "programming": "Programming", "science": "Science", "sports": "Sport",
	"startups": "Startups", "technology": "Technology", "television": "Television", "tennis": "Tennis", "travel": "Travel", "books": "Books", "fashion": "Fashion",
	"cars": "Cars", "linux": "Linux and open source", "physics": "Physics", "nuclear": "Nuclear power", "good-news": "Good news", "cloud": "Cloud computing", "mma": "Mixed martial arts",
}

// outletNames are names of outlets where the lists have a poor one.
var outletNames = map[string]string{
	"politico.com": "Politico", "dailymail.co.uk": "Daily Mail", "kyodonews.net": "Kyodo News", "japantimes.co.jp": "The Japan Times", "yomiuri.co.jp": "Yomiuri Shimbun",
	"asahi.com": "Asahi Shimbun", "nhk.or.jp": "NHK", "mainichi.jp": "Mainichi Shimbun", "huffpost.com": "HuffPost", "lemonde.fr": "Le Monde", "cnn.com": "CNN",
	"abc.net.au": "ABC News (Australia)", "go.com": "ABC News", "cbssports.com": "CBS Sports", "espn.com": "ESPN", "handelsblatt.com": "Handelsblatt", "handelsblatt.de": "Handelsblatt",
	"rp.pl": "Rzeczpospolita", "wp.pl": "Wirtualna Polska", "gazeta.pl": "Gazeta.pl", "onet.pl": "Onet", "inews.co.uk": "The i Paper", "skysports.com": "Sky Sports",
	"cbsnews.com": "CBS News", "nbcnews.com": "NBC News", "foxnews.com": "Fox News", "theverge.com": "The Verge", "arstechnica.com": "Ars Technica", "nos.nl": "NOS",
	"yle.fi": "Yle", "svt.se": "SVT", "dr.dk": "DR", "nrk.no": "NRK", "vnexpress.net": "VnExpress", "ebc.com.br": "Agência Brasil",
}
