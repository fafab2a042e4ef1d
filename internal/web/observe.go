package web

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics counts what the operator watches. Labels have few values: route
// patterns and status classes, never a number, a name or a URL.
type Metrics struct {
	set      *metrics.Set
	requests family[answer, *metrics.Counter]
	seconds  family[string, *metrics.PrometheusHistogram]
	cached   *metrics.Counter
	made     *metrics.Counter            // kept pages that memory did not hold
	lost     map[string]*metrics.Counter // pages forgotten, by why
}

// answer is what requests are counted by.
type answer struct{ route, status string }

// family finds the metric of some labels without writing their names out at
// every request.
type family[K comparable, M any] struct{ m sync.Map }

func (f *family[K, M]) of(k K, make func() M) M {
	if x, ok := f.m.Load(k); ok {
		return x.(M)
	}
	x, _ := f.m.LoadOrStore(k, make())
	return x.(M)
}

// buckets are the bounds of the times to answer, in seconds.
var buckets = []float64{.001, .005, .02, .1, .5, 2, 10}

// NewMetrics makes a set of its own, so that two apps in one test do not share
// counters.
func NewMetrics() *Metrics {
	set := metrics.NewSet()
	m := &Metrics{set: set, cached: set.NewCounter("yangguang_http_pages_from_memory_total"),
		made: set.NewCounter("yangguang_http_pages_made_total"), lost: map[string]*metrics.Counter{}}
	for _, why := range []string{whyChanged, whyAll, whyFull} {
		m.lost[why] = set.NewCounter(fmt.Sprintf("yangguang_http_pages_forgotten_total{why=%q}", why))
	}
	return m
}

func (m *Metrics) observe(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	a := answer{pattern, statusClass(status)}
	m.requests.of(a, func() *metrics.Counter {
		return m.set.GetOrCreateCounter(fmt.Sprintf("yangguang_http_requests_total{route=%q,status=%q}", a.route, a.status))
	}).Inc()
	m.seconds.of(pattern, func() *metrics.PrometheusHistogram {
		return m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("yangguang_http_request_seconds{route=%q}", pattern), buckets)
	}).Update(took.Seconds())
}

// Handler serves the metrics in the text format of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.write(w)
	})
}

func (m *Metrics) write(w io.Writer) {
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

func attrs(rec *recorder, r *http.Request, took time.Duration) []slog.Attr {
	return []slog.Attr{
		slog.String("route", rec.pattern), slog.String("method", r.Method),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
	}
}
