package switchboard

import (
	"math"
	"time"

	"yangguang/internal/rtp"
)

// signal is a short tone: before a message, and where there is no voice.
func signal() []int16 { return tone(880, 2400) }

// music is what callers hear who wait: six soft notes, until an office has
// something better.
var music = func() *rtp.Prompt {
	var out []int16
	for _, hz := range []float64{262, 330, 392, 523, 392, 330} {
		out = append(out, tone(hz, 4000)...)
		out = append(out, make([]int16, 1200)...)
	}
	return rtp.NewPrompt(out)
}()

// music is the prompt somebody recorded, else ours.
func (s *Switchboard) music() *rtp.Prompt {
	if p := s.Prompts.Prompt("zh", "music"); p != nil && p.Duration() > time.Second {
		return p
	}
	return music
}

// tone is so many samples, swelling and fading.
func tone(hz float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		swell := math.Sin(math.Pi * float64(i) / float64(samples))
		out[i] = int16(5000 * swell * math.Sin(2*math.Pi*hz*float64(i)/8000))
	}
	return out
}

// ringing is what a seat hears while somebody it called is rung.
var ringing = func() *rtp.Prompt {
	out := make([]int16, 0, 40000)
	for i := range 8000 {
		out = append(out, int16(4000*math.Sin(2*math.Pi*450*float64(i)/8000)))
	}
	return rtp.NewPrompt(append(out, make([]int16, 32000)...))
}()
