package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestMetricsAreReadByPrometheus holds the names and labels operators build on.
func TestMetricsAreReadByPrometheus(t *testing.T) {
	m := NewMetrics()
	m.observe("GET /{division}", http.StatusOK, 3*time.Millisecond)
	m.observe("GET /{division}", http.StatusOK, 3*time.Millisecond)
	m.observe("", http.StatusNotFound, 30*time.Second)
	m.cached.Inc()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("served as %q", got)
	}
	for _, line := range []string{
		`yangguang_http_requests_total{route="GET /{division}",status="2xx"} 2`,
		`yangguang_http_requests_total{route="none",status="4xx"} 1`,
		`yangguang_http_request_seconds_bucket{route="GET /{division}",le="0.001"} 0`,
		`yangguang_http_request_seconds_bucket{route="GET /{division}",le="0.005"} 2`,
		`yangguang_http_request_seconds_bucket{route="none",le="+Inf"} 1`,
		`yangguang_http_request_seconds_count{route="GET /{division}"} 2`,
		`yangguang_http_pages_from_memory_total 1`,
		"go_goroutines ",
		"process_resident_memory_bytes ",
	} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("the metrics lack %s", line)
		}
	}
}
