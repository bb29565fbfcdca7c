package feed

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/rss"

	"newsbell/sources/websub"
)

// Hints are what a feed asks of its readers. They are soft: publishers set them
// once and forget them, so the scheduler caps them at max_interval.
type Hints struct {
	Every     time.Duration `json:"every,omitempty"` // ttl, sy:updatePeriod; 0 not said
	SkipHours uint32        `json:"hours,omitempty"` // a bit for each hour of the day, UTC
	SkipDays  uint8         `json:"days,omitempty"`  // a bit for each day of the week, Sunday first, UTC

	// Hub is who pushes what is new (WebSub), and Topic the feed's address as the hub
	// knows it; "" not said.
	Hub   string `json:"hub,omitempty"`
	Topic string `json:"topic,omitempty"`
}

// hub finds what the feed says outside of its items of who pushes it.
func (d *document) hub() (hub, topic string) {
	outside := d.feedHead()
	if !bytes.Contains(outside, []byte("hub")) {
		return "", ""
	}

	var found websub.Found

	for t, n := (tagger{text: outside}), 0; n < maxLinks; {
		tag, ok := t.next()
		if !ok {
			break
		}

		if tag.end || string(localBytes(tag.name)) != "link" {
			continue
		}

		n++

		var rel, href string

		for _, a := range parseAttributes(outside[tag.from:tag.to]) {
			switch a[0] {
			case "rel":
				rel = a[1]
			case "href":
				href = strings.TrimSpace(a[1])
			}
		}

		found.Add(rel, href)
	}

	return found.Hub, found.Topic
}

// maxLinks is how many links of a feed are looked at for its hub.
const maxLinks = 50

// jsonHub is hub for a JSON Feed.
func jsonHub(text []byte) (hub, topic string) {
	if !bytes.Contains(text, []byte(`"hubs"`)) {
		return "", ""
	}

	var says struct {
		FeedURL string `json:"feed_url"`
		Hubs    []struct {
			Type string `json:"type"`
			URL  string `json:"url"`
		} `json:"hubs"`
	}
	if json.Unmarshal(text, &says) != nil {
		return "", ""
	}

	var found websub.Found
	found.Add("self", says.FeedURL)

	for _, one := range says.Hubs[:min(len(says.Hubs), maxLinks)] {
		if strings.EqualFold(one.Type, "WebSub") || strings.EqualFold(one.Type, "PubSubHubbub") {
			found.Add("hub", one.URL)
		}
	}

	return found.Hub, found.Topic
}

func rssHints(f *rss.Feed) Hints {
	h := readSyndication(extensions(f.Extensions))
	if n, err := strconv.Atoi(strings.TrimSpace(f.TTL)); err == nil && n > 0 && n < 1<<20 {
		h.Every = max(h.Every, time.Duration(n)*time.Minute)
	}

	for _, s := range f.SkipHours {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n >= 0 && n <= 24 {
			h.SkipHours |= 1 << (n % 24)
		}
	}

	for _, s := range f.SkipDays {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(s), d.String()) {
				h.SkipDays |= 1 << d
			}
		}
	}

	return h
}

// readSyndication reads sy:updatePeriod and sy:updateFrequency: so many updates in
// such a period.
func readSyndication(x extensions) Hints {
	var period time.Duration

	switch strings.ToLower(x.text("sy", "updatePeriod")) {
	case "hourly":
		period = time.Hour
	case "daily":
		period = 24 * time.Hour
	case "weekly":
		period = 7 * 24 * time.Hour
	case "monthly":
		period = 30 * 24 * time.Hour
	case "yearly":
		period = 365 * 24 * time.Hour
	default:
		return Hints{}
	}

	if n, err := strconv.Atoi(x.text("sy", "updateFrequency")); err == nil && n > 1 {
		period /= time.Duration(n)
	}

	return Hints{Every: period}
}

// Wait is how long the feed would like to be left alone at a moment.
func (h Hints) Wait(now time.Time) time.Duration {
	next := now.Add(h.Every).UTC()

	all := h.SkipHours == 1<<24-1 || h.SkipDays == 1<<7-1
	for i := 0; !all && i < 8*24 && h.skips(next); i++ {
		next = next.Truncate(time.Hour).Add(time.Hour)
	}

	return next.Sub(now)
}

func (h Hints) skips(t time.Time) bool {
	return h.SkipHours&(1<<t.Hour()) != 0 || h.SkipDays&(1<<t.Weekday()) != 0
}
