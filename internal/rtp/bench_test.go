package rtp_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/srtp/v3"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// sink is a socket nobody reads: what is sent to it is dropped by the kernel.
func sink(b *testing.B) netip.AddrPort {
	b.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(local(0)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func openAt(b *testing.B, ports *rtp.Ports, r rtp.Remote) *rtp.Stream {
	b.Helper()
	s, err := ports.Open(r, rtp.Settings{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	return s
}

func benchPorts(b *testing.B) *rtp.Ports {
	b.Helper()
	ports, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), 42000, 43998)
	if err != nil {
		b.Fatal(err)
	}
	return ports
}

type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

// BenchmarkRelay is one packet of a bridged and recorded call: taken apart,
// recorded, translated if need be, and sent to a real socket. Reading it from
// one is not in it; BenchmarkLoad has that. A call has a hundred a second.
func BenchmarkRelay(b *testing.B) {
	for name, other := range map[string]rtp.Codec{"same": rtp.PCMA, "translated": rtp.PCMU} {
		b.Run(name, func(b *testing.B) {
			ports, from := benchPorts(b), sink(b)
			caller := openAt(b, ports, rtp.Remote{Addr: from, Codec: rtp.PCMA})
			clerk := openAt(b, ports, rtp.Remote{Addr: sink(b), Codec: other})
			rec := rtp.NewRecorder(nowhere{io.Discard}, clock.System())
			defer rec.Close()
			defer rtp.NewBridge(caller, clerk, rec).Close()
			p := packet(8, 0, 0, make([]byte, rtp.FrameSize))
			b.ReportAllocs()
			before := processor(b)
			for i := 0; b.Loop(); i++ {
				binary.BigEndian.PutUint16(p[2:], uint16(i))
				binary.BigEndian.PutUint32(p[4:], uint32(i*rtp.FrameSize))
				caller.Receive(p, from)
			}
			perCore(b, before, 100)
		})
	}
}

// handshake is what a DTLS handshake would agree on.
type handshake struct{}

func (handshake) ExportKeyingMaterial(_ string, _ []byte, n int) ([]byte, error) {
	return make([]byte, n), nil
}

// BenchmarkRelayBrowser is one packet of a bridged and recorded call between a
// telephone and a browser, every other one sealed by the browser, and the rest
// sealed for it. BenchmarkLoad has what the shared port costs.
func BenchmarkRelayBrowser(b *testing.B) {
	ports, from, far := benchPorts(b), sink(b), sink(b)
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(local(0)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	caller := openAt(b, ports, rtp.Remote{Addr: from, Codec: rtp.PCMA})
	browser := rtp.Attach(conn.WriteToUDPAddrPort, func() {}, rtp.Settings{})
	theirs, ours, err := rtp.HandshakeKeys(srtp.ProtectionProfileAeadAes128Gcm, handshake{})
	if err != nil {
		b.Fatal(err)
	}
	if err := browser.Retarget(rtp.Remote{Addr: far, Codec: rtp.PCMA, Theirs: theirs, Ours: ours}); err != nil {
		b.Fatal(err)
	}
	rec := rtp.NewRecorder(nowhere{io.Discard}, clock.System())
	defer rec.Close()
	defer rtp.NewBridge(caller, browser, rec).Close()
	seal, err := srtp.CreateContext(make([]byte, 16), make([]byte, 12), srtp.ProtectionProfileAeadAes128Gcm)
	if err != nil {
		b.Fatal(err)
	}
	packets := make([][]byte, b.N)
	for i := range packets {
		packets[i] = packet(8, uint16(i/2), uint32(i/2*rtp.FrameSize), make([]byte, rtp.FrameSize))
		if i%2 == 0 {
			if packets[i], err = seal.EncryptRTP(nil, packets[i], nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := processor(b)
	for i, p := range packets {
		if i%2 == 0 {
			browser.Receive(p, far)
		} else {
			caller.Receive(p, from)
		}
	}
	perCore(b, before, 100)
	if n := browser.Stats().Sent + caller.Stats().Sent; n < uint64(b.N)*99/100 {
		b.Errorf("%d of %d packets were relayed", n, b.N)
	}
}

// BenchmarkPrompt is 20 ms of a call to the voice service: a frame of a prompt
// said to a real socket, and a packet of the caller handled with tones listened
// to. A call has fifty a second.
func BenchmarkPrompt(b *testing.B) {
	from := sink(b)
	line, err := benchPorts(b).Open(rtp.Remote{Addr: from, Codec: rtp.PCMA}, rtp.Settings{InBand: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = line.Close() })
	play := rtp.Still().Play(line, true, rtp.NewPrompt(rtptest.Tone(440, time.Second)))
	p := packet(8, 0, 0, make([]byte, rtp.FrameSize))
	b.ReportAllocs()
	before := processor(b)
	for i := 0; b.Loop(); i++ {
		play.Frame(time.Time{})
		binary.BigEndian.PutUint16(p[2:], uint16(i))
		line.Receive(p, from)
	}
	perCore(b, before, 50)
}

// perCore tells how many calls of so many operations a second would fill a core,
// by the processor time since before: the clock's time is that of a machine
// others use too.
func perCore(b *testing.B, before time.Duration, each float64) {
	b.Helper()
	worked := float64(processor(b)-before) / float64(b.N)
	b.ReportMetric(worked, "cpu-ns/op")
	b.ReportMetric(float64(time.Second)/worked/each, "calls/core")
}
