package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what the operator watches. Labels have few values: route
// patterns and status classes, never a number, a name or a URL.
type Metrics struct {
	Registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	cached   prometheus.Counter
}

// NewMetrics makes a registry of its own, so that two apps in one test do not
// share counters.
func NewMetrics() *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "yangguang_http_requests_total", Help: "Requests answered, by route pattern and status class."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "yangguang_http_request_seconds", Help: "Time to answer, by route pattern.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10}}, []string{"route"}),
		cached: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "yangguang_http_pages_from_memory_total", Help: "Published pages answered from memory."}),
	}
	m.Registry.MustRegister(m.requests, m.seconds, m.cached, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) observe(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.requests.WithLabelValues(pattern, statusClass(status)).Inc()
	m.seconds.WithLabelValues(pattern).Observe(took.Seconds())
}

// Handler serves the metrics for Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{})
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
