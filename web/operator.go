package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"newsbell/bot/admin"
	"newsbell/news"
	"newsbell/store"
)

// The operator's page speaks English, as the log and the command line do.

const (
	sourcesShown = 200
	logShown     = 50
	chatsShown   = 20
	blocksShown  = 50
	hoursShown   = 24
	daysShown    = 30
)

// operatorPage is what pages/operator.html shows.
type operatorPage struct {
	frame

	Usage    admin.Usage
	Day      store.Counts // of the last 24 hours
	Delay    store.Delay
	Charts   []chartPair
	Articles int
	Oldest   time.Time
	Size     string // of the database
	Growth   string // of it, "" not known
	Chats    []chatRow
	Blocks   []store.Block
	Events   []count
	Paces    []paceRow
	Dropped  []count
	Log      []store.LogEntry

	Filter  string
	Sources []sourceRow
	More    int // sources that are not shown
	now     time.Time
}

// chartPair is how something went by hour for the last day, and by day for the last month; nil: it is
// not known so.
type chartPair struct {
	Hours, Days *chart
}

// chatRow is a chat as the operator sees it: its number and kind, never its name.
type chatRow struct {
	ID             int64
	Platform, Kind string
	State          string
	Subscriptions  int
}

// count is how often something happened.
type count struct {
	Name string
	N    int64
}

// paceRow is how busy the bot of a platform is.
type paceRow struct {
	Platform string
	Pace
}

// sourceRow is a source as the operator sees it.
type sourceRow struct {
	ID     int64
	Name   string
	Host   string
	Health string
	Since  string // how long it has been so
	Next   string
	Hub    string // what there is to say of who pushes it
	On     bool
}

// Ago returns the age of a moment.
func (p *operatorPage) Ago(at time.Time) string { return p.t.Ago(p.now.Sub(at)) }

// showOperator answers GET /op.
func (s *Server) showOperator(w http.ResponseWriter, r *http.Request, v *visitor, flash *reply) {
	if !v.operates {
		s.notThere(w, v, store.ErrNotFound)
		return
	}

	v.t = s.Texts.English()

	p := &operatorPage{frame: newFrame(v, "operator", "web.my_page", flash), Filter: r.FormValue("find"), now: time.Now()}
	p.Title = "Operator"

	if err := s.Store.View(r.Context(), p.read); err != nil {
		s.fail(w, "read the operator's page", err)
		return
	}

	if s.Size != nil {
		p.Size = fmt.Sprintf("%.1f MB", float64(s.Size())/1e6)
	}

	p.readCounters(s.Counters)

	if s.Paces != nil {
		for platform, pace := range s.Paces() {
			p.Paces = append(p.Paces, paceRow{platform, pace})
		}

		slices.SortFunc(p.Paces, func(a, b paceRow) int { return cmp.Compare(a.Platform, b.Platform) })
	}

	s.showPage(w, http.StatusOK, "operator.html", p)
}

// read reads what the database knows.
func (p *operatorPage) read(tx *store.Tx) (err error) {
	if p.Usage, err = admin.CountUsage(tx); err != nil {
		return err
	}

	if p.Day, err = tx.CountRecent(tx.Now.Add(-hoursShown * time.Hour)); err != nil {
		return err
	}

	if p.Delay, err = tx.Delays(time.Time{}); err != nil {
		return err
	}

	if err := p.readCharts(tx); err != nil {
		return err
	}

	if p.Articles, p.Oldest, _, err = tx.CountArticles(); err != nil {
		return err
	}

	if p.Log, err = tx.LatestLog(logShown); err != nil {
		return err
	}

	if err := p.readChats(tx); err != nil {
		return err
	}

	return p.readSources(tx)
}

// readCharts reads how it went in the last day and month.
func (p *operatorPage) readCharts(tx *store.Tx) error {
	sampled := func(what store.Sample) (hours, days func(int) ([]int, error)) {
		return func(n int) ([]int, error) { return tx.SamplesByHour(what, n) }, func(n int) ([]int, error) { return tx.SamplesByDay(what, n) }
	}

	articles, articlesByDay := sampled(store.SampleArticles)
	waiting, waitingByDay := sampled(store.SampleWaiting)
	delay, delayByDay := sampled(store.SampleDelay)
	holds, holdsByDay := sampled(store.SampleHolds)

	for _, one := range []struct {
		name        string
		hours, days func(int) ([]int, error) // nil: not known so
		unit        unit
	}{
		{"New articles", articles, articlesByDay, unitTotal},
		{"Alerts sent", tx.SentByHour, nil, unitTotal},
		{"Alerts dropped", tx.DroppedByHour, nil, unitTotal},
		{"Alerts for subscriptions", nil, tx.StoriesByDay, unitTotal},
		{"Alerts waiting, the most at one time", waiting, waitingByDay, unitMost},
		{"First sight to delivered, 95 %", delay, delayByDay, unitDuration},
		{"“Too many” said by platforms", holds, holdsByDay, unitTotal},
		{"Size of the database", nil, tx.SizesByDay, unitBytes},
	} {
		var pair chartPair

		for _, c := range []struct {
			read func(int) ([]int, error)
			n    int
			by   string
			into **chart
		}{{one.hours, hoursShown, "the last day, by hour", &pair.Hours}, {one.days, daysShown, "the last 30 days, by day", &pair.Days}} {
			if c.read == nil {
				continue
			}

			numbers, err := c.read(c.n)
			if err != nil {
				return fmt.Errorf("read the chart %q: %w", one.name, err)
			}

			drawn := newChart(numbers)
			*c.into = &drawn
			drawn.Label = fmt.Sprintf("%s, %s: %s", one.name, c.by, one.unit.describe(numbers))
		}

		p.Charts = append(p.Charts, pair)
	}

	return nil
}

// unit is what the numbers of a chart are.
type unit int

const (
	unitTotal    unit = iota // counted: their sum is said, and the most
	unitMost                 // the most is said
	unitDuration             // as most, as a duration
	unitBytes                // as most, in MB, and the newest
)

// describe says in words what a chart shows.
func (u unit) describe(numbers []int) string {
	sum, high := 0, slices.Max(numbers)
	for _, n := range numbers {
		sum += n
	}

	switch {
	case sum == 0:
		return "none"
	case u == unitDuration:
		return fmt.Sprintf("%s at most", time.Duration(high)*time.Millisecond)
	case u == unitBytes:
		return fmt.Sprintf("%.1f MB now, %.1f MB at most", float64(numbers[len(numbers)-1])/1e6, float64(high)/1e6)
	case u == unitMost:
		return fmt.Sprintf("%d at most", high)
	default:
		return fmt.Sprintf("%d, %d at most", sum, high)
	}
}

// readChats lists the chats with the most subscriptions, and who is blocked.
func (p *operatorPage) readChats(tx *store.Tx) (err error) {
	grown, days, err := tx.Growth(daysShown)
	if err != nil {
		return err
	}

	if days > 0 {
		p.Growth = fmt.Sprintf("%+.1f MB in %d days", float64(grown)/1e6, days)
	}

	all, subscriptions, err := tx.Busiest(chatsShown)
	if err != nil {
		return err
	}

	for i, c := range all {
		row := chatRow{c.ID, c.Platform, c.Kind, string(c.State), subscriptions[i]}
		if c.State == store.Asleep {
			row.State += ": " + c.Reason
		}

		p.Chats = append(p.Chats, row)
	}

	p.Blocks, err = tx.Blocks(blocksShown)

	return err
}

// readSources lists the sources, those with trouble first; those of single chats are
// theirs and only counted.
func (p *operatorPage) readSources(tx *store.Tx) error {
	all, err := tx.Sources()
	if err != nil {
		return err
	}

	off, err := tx.SourcesOff()
	if err != nil {
		return err
	}

	hubs, err := tx.Hubs()
	if err != nil {
		return err
	}

	pushes := map[int64]store.Hub{}
	for _, h := range hubs {
		pushes[h.Source] = h
	}

	all = slices.DeleteFunc(append(all, off...), func(s *store.Source) bool { return s.Origin == store.FromChat })
	slices.SortStableFunc(all, func(a, b *store.Source) int { return cmp.Or(urgency(b)-urgency(a), a.ErrorSince.Compare(b.ErrorSince)) })

	for _, one := range all {
		row := p.rowOf(one)
		row.Hub = p.hubInWords(pushes[one.ID])

		if p.Filter != "" && !strings.Contains(strings.ToLower(row.Name+" "+one.URL), strings.ToLower(p.Filter)) {
			continue
		}

		if len(p.Sources) == sourcesShown {
			p.More++
			continue
		}

		p.Sources = append(p.Sources, row)
	}

	return nil
}

// urgency returns how much a source needs the operator.
func urgency(s *store.Source) int {
	switch {
	case s.Error != "":
		return 2
	case !s.OffAt.IsZero():
		return 1
	}

	return 0
}

func (p *operatorPage) rowOf(s *store.Source) sourceRow {
	row := sourceRow{
		ID: s.ID, Name: cmp.Or(s.Title, s.Outlet, news.Host(s.URL)), Host: news.Host(s.URL), On: s.OffAt.IsZero(),
		Health: "well", Since: "not read yet",
	}

	if !s.LastOKAt.IsZero() {
		row.Since = "read " + p.Ago(s.LastOKAt)
	}

	switch {
	case !row.On:
		row.Health = "off"
	case s.Error != "":
		row.Health, row.Since = fmt.Sprintf("failing: %s (%d times)", s.Error, s.ErrorCount), "since "+p.Ago(s.ErrorSince)
	case s.LastOKAt.IsZero():
		row.Health = "unread"
	}

	if late := p.now.Sub(s.NextPollAt); row.On && late > time.Minute {
		row.Next = fmt.Sprintf("%s overdue", late.Round(time.Minute))
	} else if row.On {
		row.Next = "in " + max(-late, 0).Round(time.Second).String()
	}

	return row
}

// hubInWords says of a hub whether it pushes, "" if there is none.
func (p *operatorPage) hubInWords(h store.Hub) string {
	switch {
	case h.URL == "":
		return ""
	case h.LeaseUntil.Before(p.now) && h.AskedAt.IsZero():
		return news.Host(h.URL) + " could push it"
	case h.LeaseUntil.Before(p.now):
		return news.Host(h.URL) + " does not push it: " + cmp.Or(h.Error, "no answer yet")
	case h.PushedAt.IsZero():
		return news.Host(h.URL) + " pushes it, nothing yet"
	default:
		return news.Host(h.URL) + " pushes it, last " + p.Ago(h.PushedAt)
	}
}

// readCounters takes over what happened since the start.
func (p *operatorPage) readCounters(counters func() map[string]int64) {
	if counters != nil {
		for name, n := range counters() {
			p.Events = append(p.Events, count{strings.ReplaceAll(name, "_", " "), n})
		}
	}

	for reason, n := range p.Day.Dropped {
		p.Dropped = append(p.Dropped, count{reason, int64(n)})
	}

	for _, list := range [][]count{p.Events, p.Dropped} {
		slices.SortFunc(list, func(a, b count) int { return cmp.Compare(a.Name, b.Name) })
	}
}
