package sip

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSetup has sipp set up calls at each of the rates of
// YANGGUANG_BENCH_SIP ("50 150 300"), for ten seconds each: INVITE, 180, 200, ACK,
// BYE. bench/sip.sh runs it.
func BenchmarkSetup(b *testing.B) {
	rates := strings.Fields(os.Getenv("YANGGUANG_BENCH_SIP"))
	if len(rates) == 0 {
		b.Skip("YANGGUANG_BENCH_SIP names no rates: bench/sip.sh runs this")
	}
	for _, text := range rates {
		rate, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) { setUp(b, rate) })
	}
}

func setUp(b *testing.B, rate int) {
	calls := 10 * rate
	for b.Loop() {
		h := listen(b, func(c *Config) { c.Limits.Calls = 20000 })
		file := script(b, "answer")
		used, begin := processor(), time.Now()
		err := play(b.Context(), b.TempDir(), file, fmt.Sprintf("127.0.0.1:%d", h.Addrs("UDP")[0].Port()),
			"-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-l", strconv.Itoa(calls))
		took := time.Since(begin)
		ended := 0
		for range calls {
			if err != nil {
				break
			}
			if e := h.ended(b); e.Why == ByThem {
				ended++
			}
		}
		if err != nil {
			b.Log(err)
		}
		b.ReportMetric(float64(ended), "calls")
		b.ReportMetric(float64(calls-ended), "failed")
		b.ReportMetric(float64(calls)/took.Seconds(), "calls/s")
		b.ReportMetric(100*(processor()-used).Seconds()/took.Seconds(), "%core")
		h.Close()
	}
}

// processor is the time this process had of it; sipp's is not in it.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
