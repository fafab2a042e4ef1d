package speech

import "math"

// beep stands for a prompt where there is no voice: as many short tones as make
// it unlike the others.
func beep(n int) (out []int16) {
	for i := range 1 + n%5 {
		out = append(out, tone(440+float64(i)*110, 1200)...)
		out = append(out, make([]int16, 800)...)
	}
	return out
}

// music is four soft bars of a rising chord, for those who wait.
func music() (out []int16) {
	for _, hz := range []float64{262, 330, 392, 523, 392, 330} {
		out = append(out, tone(hz, 4000)...)
		out = append(out, make([]int16, 1200)...)
	}
	return out
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
