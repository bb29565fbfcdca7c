package storytest

import (
	"regexp"
	"sync"
	"time"
)

// What is mixed into a stream names the days of its own week. Left as they are, those of two events would
// differ six times in seven, and tell them apart far better than they do in the news of one day. So the days
// that the articles of an event name are moved, all by as many, until the first fits the time they are given.

// daysBefore is how many days before its own date an article names first, of a hundred of stories-allsides that
// name one, from none to six: six before is mostly tomorrow.
var daysBefore = [...]int{63, 22, 4, 3, 1, 2, 5}

var weekdayName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b`)
})

// moveWeekdays makes the days that the articles of one event name fit the time of the first that names one.
func moveWeekdays(items []Item) {
	for i := range items {
		named := weekdayName().FindString(items[i].Title + "\n" + items[i].Text)
		if named == "" {
			continue
		}

		days := int(items[i].At.Weekday()) - lagOf(items[i].Event) - int(parseWeekday(named))
		for k := range items {
			items[k].Title, items[k].Text = moveNames(items[k].Title, days), moveNames(items[k].Text, days)
		}

		return
	}
}

// lagOf draws how many days before its time an event's first article names.
func lagOf(event string) int {
	drawn := int(hashKey("weekday "+event) % 100)
	for lag, of := range daysBefore {
		if drawn -= of; drawn < 0 {
			return lag
		}
	}

	return 0
}

func moveNames(text string, days int) string {
	return weekdayName().ReplaceAllStringFunc(text, func(name string) string {
		return time.Weekday(((int(parseWeekday(name))+days)%7 + 7) % 7).String()
	})
}

func parseWeekday(name string) time.Weekday {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if day.String() == name {
			return day
		}
	}

	return time.Sunday
}
