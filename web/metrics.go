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
	alerts  = prometheus.NewDesc("newsbell_alerts", "Alerts that are kept, by state.", []string{"state"}, nil)
	chats   = prometheus.NewDesc("newsbell_chats", "Chats, by platform and state.", []string{"platform", "state"}, nil)
	feeds   = prometheus.NewDesc("newsbell_sources", "Sources that are read, by health.", []string{"health"}, nil)
	late    = prometheus.NewDesc("newsbell_poll_delay_seconds", "How late the source is that is most overdue.", nil, nil)
	kept    = prometheus.NewDesc("newsbell_articles", "Articles that are kept.", nil, nil)
	up      = prometheus.NewDesc("newsbell_database_up", "Whether the database could be read.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{events, dropped, alerts, chats, feeds, late, kept, up} {
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

	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()

	well := 1.0

	if err := c.s.Store.View(ctx, func(t *store.Tx) error { return collectStore(t, out) }); err != nil {
		c.s.Log.Warn("collect metrics", "error", err)

		well = 0
	}

	out <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, well)
}

// collectStore reads what the database knows.
func collectStore(t *store.Tx, out chan<- prometheus.Metric) error {
	gauge := func(d *prometheus.Desc, n float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, n, labels...)
	}

	counts, err := t.CountAlerts()
	if err != nil {
		return err
	}

	gauge(alerts, float64(counts.Waiting), "waiting")
	gauge(alerts, float64(counts.Sent), "sent")
	gauge(alerts, float64(counts.Folded), "folded")

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

	articles, _, _, err := t.CountArticles()
	if err != nil {
		return err
	}

	gauge(kept, float64(articles))

	states, err := t.CountChats()
	if err != nil {
		return err
	}

	for _, s := range states {
		gauge(chats, float64(s.Chats), s.Platform, string(s.State))
	}

	return nil
}
