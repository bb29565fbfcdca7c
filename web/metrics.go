package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"newsbell/store"
)

// scrapeTime bounds what one scrape asks of the database.
const scrapeTime = 5 * time.Second

// metrics serves what Prometheus scrapes: events since the start, what waits, and the
// health of the sources. It names no chat, no query and no source.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &collector{s})

	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 2 * scrapeTime})
}

// collector reads the numbers when they are asked for.
type collector struct{ s *Server }

var (
	events  = prometheus.NewDesc("newsbell_events_total", "Events since the start, by name.", []string{"event"}, nil)
	dropped = prometheus.NewDesc("newsbell_alerts_dropped_total", "Alerts that ended without being sent since the start, by reason.", []string{"reason"}, nil)
	alerts  = prometheus.NewDesc("newsbell_alerts", "Alerts that wait (100,000 stands for more), and those that were sent or folded in the last 24 hours, by state.", []string{"state"}, nil)
	chats   = prometheus.NewDesc("newsbell_chats", "Chats, by platform and state.", []string{"platform", "state"}, nil)
	feeds   = prometheus.NewDesc("newsbell_sources", "Sources that are read, by health.", []string{"health"}, nil)
	late    = prometheus.NewDesc("newsbell_poll_delay_seconds", "How late the source is that is most overdue.", nil, nil)
	toMatch = prometheus.NewDesc("newsbell_match_delay_seconds", "How long the article has waited that is to be matched next.", nil, nil)
	toSend  = prometheus.NewDesc("newsbell_delivery_delay_seconds", "How long what waits longest has been due, of what may be sent on a platform; absent: nothing is due.", []string{"platform"}, nil)
	kept    = prometheus.NewDesc("newsbell_articles", "Articles that are kept.", nil, nil)
	delay   = prometheus.NewDesc("newsbell_alert_delay_seconds", "From the first sight of an article to its delivery, of the newest alerts that were sent at once.", nil, nil)
	size    = prometheus.NewDesc("newsbell_database_bytes", "Size of the database's files.", nil, nil)
	turns   = prometheus.NewDesc("newsbell_bot_waiting_messages", "Messages that wait for their turn at a platform.", []string{"platform"}, nil)
	pace    = prometheus.NewDesc("newsbell_bot_pace_per_second", "Messages that may leave in a second now; absent where there is no limit.", []string{"platform"}, nil)
	left    = prometheus.NewDesc("newsbell_bot_messages_total", "Messages that have left for a platform since the start.", []string{"platform"}, nil)
	holds   = prometheus.NewDesc("newsbell_bot_holds_total", "Times since the start that a platform said it is too many (429).", []string{"platform"}, nil)
	work    = prometheus.NewDesc("newsbell_leases", "Leases that this process has of what the processes on a database share, by work: parts of the hosts for poll, one for each of the others.", []string{"work"}, nil)
	renewed = prometheus.NewDesc("newsbell_lease_age_seconds", "Since this process last renewed its leases, on which it relies for five seconds.", nil, nil)
	may     = prometheus.NewDesc("newsbell_role", "1 for each role that this process may take.", []string{"role"}, nil)
	tokens  = prometheus.NewDesc("newsbell_model_tokens_today", "Tokens of the language model that are used up today (UTC).", nil, nil)
	up      = prometheus.NewDesc("newsbell_database_up", "Whether the database could be read.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{events, dropped, alerts, chats, feeds, late, toMatch, toSend, kept, delay, size, turns, pace, left, holds, work, renewed, may, tokens, up} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	if c.s.Counters != nil {
		counters := c.s.Counters()
		for _, name := range slices.Sorted(maps.Keys(counters)) {
			n := float64(counters[name])
			if reason, ok := strings.CutPrefix(name, "drops_"); ok {
				out <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, n, reason)
				continue
			}

			out <- prometheus.MustNewConstMetric(events, prometheus.CounterValue, n, name)
		}
	}

	c.collectPaces(out)
	c.collectWork(out)

	if c.s.Size != nil {
		if n := c.s.Size(); n > 0 { // 0: it is on a server
			out <- prometheus.MustNewConstMetric(size, prometheus.GaugeValue, float64(n))
		}
	}

	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()

	well := 1.0

	if err := c.s.Store.View(ctx, func(t *store.Tx) error { return collectStore(t, out) }); err != nil {
		c.s.Log.Warn("collect metrics", "error", err)

		well = 0
	}

	out <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, well)
}

// collectPaces reports how busy the bots are.
func (c *collector) collectPaces(out chan<- prometheus.Metric) {
	if c.s.Paces == nil {
		return
	}

	for platform, p := range c.s.Paces() {
		out <- prometheus.MustNewConstMetric(turns, prometheus.GaugeValue, float64(p.Waiting), platform)

		out <- prometheus.MustNewConstMetric(left, prometheus.CounterValue, float64(p.Sent), platform)

		out <- prometheus.MustNewConstMetric(holds, prometheus.CounterValue, float64(p.Holds), platform)

		if p.PerSecond > 0 {
			out <- prometheus.MustNewConstMetric(pace, prometheus.GaugeValue, p.PerSecond, platform)
		}
	}
}

// collectWork reports which of the shared jobs this process may do, and which it does.
func (c *collector) collectWork(out chan<- prometheus.Metric) {
	if c.s.Work == nil {
		return
	}

	shared := c.s.Work()

	for _, role := range shared.Roles {
		out <- prometheus.MustNewConstMetric(may, prometheus.GaugeValue, 1, role)
	}

	has := 0

	for name, n := range shared.Leases {
		has += n
		out <- prometheus.MustNewConstMetric(work, prometheus.GaugeValue, float64(n), name)
	}

	if has > 0 {
		out <- prometheus.MustNewConstMetric(renewed, prometheus.GaugeValue, time.Since(shared.Renewed).Seconds())
	}
}

// collectStore reads what the database knows.
func collectStore(t *store.Tx, out chan<- prometheus.Metric) error {
	gauge := func(d *prometheus.Desc, n float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, labels...)
	}

	counts, err := t.CountRecent(t.Now.Add(-24 * time.Hour))
	if err != nil {
		return err
	}

	gauge(alerts, float64(counts.Waiting), "waiting")
	gauge(alerts, float64(counts.Sent), "sent")
	gauge(alerts, float64(counts.Folded), "folded")

	_, spent, err := t.SpentTokens(0)
	if err != nil {
		return err
	}

	gauge(tokens, float64(spent))

	if err := collectSources(t, gauge); err != nil {
		return err
	}

	if err := collectLag(t, gauge); err != nil {
		return err
	}

	articles, _, _, err := t.CountArticles()
	if err != nil {
		return err
	}

	gauge(kept, float64(articles))

	took, err := t.Delays(time.Time{})
	if err != nil {
		return err
	}

	if took.Alerts > 0 {
		quantiles := map[float64]float64{.5: took.P50.Seconds(), .95: took.P95.Seconds(), .99: took.P99.Seconds()}
		out <- prometheus.MustNewConstSummary(delay, uint64(took.Alerts), took.Sum.Seconds(), quantiles)
	}

	states, err := t.CountChats()
	if err != nil {
		return err
	}

	for _, s := range states {
		gauge(chats, float64(s.Chats), s.Platform, string(s.State))
	}

	return nil
}

// collectLag reports how far the loops are behind that come after the polls.
func collectLag(t *store.Tx, gauge func(d *prometheus.Desc, n float64, labels ...string)) error {
	lag, err := t.Lag()
	if err != nil {
		return err
	}

	gauge(toMatch, lag.Matching.Seconds())

	for platform, late := range lag.Delivering {
		gauge(toSend, late.Seconds(), platform)
	}

	return nil
}

// collectSources reports how many sources work, and how late the latest is.
func collectSources(t *store.Tx, gauge func(d *prometheus.Desc, n float64, labels ...string)) error {
	all, err := t.Sources()
	if err != nil {
		return err
	}

	well, failing, unread := 0, 0, 0
	most := time.Duration(0)

	for _, s := range all {
		most = max(most, t.Now.Sub(s.NextPollAt))

		switch {
		case s.Error != "":
			failing++
		case s.LastOKAt.IsZero():
			unread++
		default:
			well++
		}
	}

	gauge(feeds, float64(well), "ok")
	gauge(feeds, float64(failing), "failing")
	gauge(feeds, float64(unread), "unread")
	gauge(late, most.Seconds())

	return nil
}
