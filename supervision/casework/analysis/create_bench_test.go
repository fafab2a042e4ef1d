package analysis

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"yangguang/disclosure/portal"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
	"yangguang/supervision/casework/intake"
)

// BenchmarkCaseworkCreateHTTP files a matter by the public form: what a browser
// posts last, through every layer to the receipt, counted. Each comes from an
// address of its own, since one may not send a thousand a minute.
func BenchmarkCaseworkCreateHTTP(b *testing.B) {
	i18n.MustLoad(intake.Locale, portal.Locale)
	engines(b, func(b *testing.B, o *bureau) {
		p := &portal.Portal{Front: o.Room.Front, Disclosure: o.Disclosure}
		in := &intake.Intake{Front: o.Room.Front, Portal: p, Cases: o.Cases}
		p.Correct = in.Correct
		app := web.New(web.Options{DB: o.Room.DB, Clock: o.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), fault.KindOf(err).Status())
		}}, in.Routes(), p.Routes())
		form := url.Values{"type": {"complaint"}, "about": {"none"}, "text": {"去年的奖励扶助金一直没有发到账上，问了两次都说再等等。"}, "place": {"示例村"}, "name": {"张三"}, "phone": {"13800000000"}, "ack": {"sms"}, "do": {"send"}, "topic": {"fee"}}
		n := 0
		post := func() {
			form.Set("token", fmt.Sprintf("%064d", n))
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/"+o.County.Path()+"/matter", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1000", n>>16&255, n>>8&255, n&255)
			n++
			w := httptest.NewRecorder()
			if app.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `<dd class="code">`) {
				b.Fatalf("%d: %.400s", w.Code, w.Body.String())
			}
		}
		post() // what is prepared once
		b.ResetTimer()
		before, server := cpu(), serverCPU(b, o)
		for range b.N {
			post()
		}
		b.ReportMetric(float64((serverCPU(b, o)-server).Microseconds())/1000/float64(b.N), "server-cpu-ms/op")
		b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
}
