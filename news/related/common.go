package related

// common are words of English that tell nothing, however long they are. Other
// languages need no list: what is common weighs little, because many articles have
// it; the list only keeps places free among an English article's few terms.
var common = map[string]bool{
	"about": true, "after": true, "again": true, "against": true, "ahead": true, "also": true, "amid": true, "among": true, "announced": true, "another": true,
	"around": true, "back": true, "because": true, "been": true, "before": true, "being": true, "between": true, "both": true, "called": true, "came": true,
	"come": true, "could": true, "days": true, "does": true, "down": true, "during": true, "each": true, "early": true, "even": true, "every": true, "first": true,
	"five": true, "former": true, "four": true, "friday": true, "from": true, "going": true, "good": true, "have": true, "here": true, "including": true,
	"into": true, "just": true, "know": true, "last": true, "late": true, "least": true, "like": true, "long": true, "made": true, "make": true, "many": true,
	"monday": true, "month": true, "months": true, "more": true, "most": true, "much": true, "must": true, "near": true, "never": true, "next": true,
	"news": true, "only": true, "other": true, "others": true, "over": true, "part": true, "past": true, "people": true, "reported": true, "reports": true,
	"said": true, "same": true, "saturday": true, "says": true, "several": true, "should": true, "since": true, "some": true, "still": true, "such": true,
	"sunday": true, "take": true, "than": true, "that": true, "their": true, "them": true, "then": true, "there": true, "these": true, "they": true,
	"this": true, "those": true, "three": true, "through": true, "thursday": true, "time": true, "today": true, "told": true, "took": true, "tuesday": true,
	"under": true, "until": true, "very": true, "wednesday": true, "week": true, "well": true, "were": true, "what": true, "when": true, "where": true,
	"which": true, "while": true, "will": true, "with": true, "without": true, "would": true, "year": true, "years": true, "your": true, "according": true,
	"january": true, "february": true, "march": true, "april": true, "june": true, "july": true, "august": true, "september": true, "october": true,
	"november": true, "december": true, "the": true, "and": true, "for": true, "but": true, "was": true, "has": true, "his": true, "her": true, "its": true,
}
