package rtp

// The tables of ITU-T G.711, made once by the arithmetic of ITU-T G.191. An
// encoder's table is indexed by the bits of a sample the law looks at: twelve
// for A-law, fourteen for µ-law, the sign on top.
var (
	alawLinear = table(expandA)
	ulawLinear = table(expandU)
	alawOf     = func() (t [1 << 12]byte) {
		for i := range t {
			t[i] = compressA(int16(uint16(i) << 4))
		}
		return t
	}()
	ulawOf = func() (t [1 << 14]byte) {
		for i := range t {
			t[i] = compressU(int16(uint16(i) << 2))
		}
		return t
	}()
	alawToUlaw = table(func(b byte) byte { return compressU(expandA(b)) })
	ulawToAlaw = table(func(b byte) byte { return compressA(expandU(b)) })
)

func table[T any](f func(byte) T) (t [256]T) {
	for i := range t {
		t[i] = f(byte(i))
	}
	return t
}

func compressA(sample int16) byte {
	x := int(sample) >> 4
	if sample < 0 {
		x = ^int(sample) >> 4
	}
	if x > 15 {
		segment := 1
		for ; x > 31; x >>= 1 {
			segment++
		}
		x += segment<<4 - 16
	}
	if sample >= 0 {
		x |= 0x80
	}
	return byte(x ^ 0x55)
}

func expandA(b byte) int16 {
	x := int(b^0x55) & 0x7F
	segment, m := x>>4, x&0x0F
	if segment > 0 {
		m += 16
	}
	m = m<<4 + 8
	if segment > 1 {
		m <<= segment - 1
	}
	if b < 0x80 {
		m = -m
	}
	return int16(m)
}

func compressU(sample int16) byte {
	x := int(sample)
	if sample < 0 {
		x = ^x
	}
	x = min(x>>2+33, 0x1FFF)
	segment := 1
	for i := x >> 6; i != 0; i >>= 1 {
		segment++
	}
	b := (8-segment)<<4 | (0x0F - x>>segment&0x0F)
	if sample >= 0 {
		b |= 0x80
	}
	return byte(b)
}

func expandU(b byte) int16 {
	m := int(^b)
	segment := m >> 4 & 7
	step := 8 << segment
	x := 0x80<<segment + step*(m&0x0F) + step/2 - 4*33
	if b < 0x80 {
		x = -x
	}
	return int16(x)
}

func (c Codec) encode(sample int16) byte {
	if c == PCMU {
		return ulawOf[uint16(sample)>>2]
	}
	return alawOf[uint16(sample)>>4]
}

// Encode appends samples to dst in the codec's law.
func (c Codec) Encode(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, c.encode(s))
	}
	return dst
}

// Decode appends what the octets mean to dst.
func (c Codec) Decode(dst []int16, octets []byte) []int16 {
	t := &alawLinear
	if c == PCMU {
		t = &ulawLinear
	}
	for _, b := range octets {
		dst = append(dst, t[b])
	}
	return dst
}

// Silence is the octet that says nothing.
func (c Codec) Silence() byte {
	if c == PCMU {
		return 0xFF
	}
	return 0xD5
}

// transcode appends octets of one law to dst in another. It goes through
// linear samples, not by tables 3 and 4 of G.711, which differ from that by one
// step of a few values, and nobody hears it.
func transcode(dst, octets []byte, from, to Codec) []byte {
	if from == to {
		return append(dst, octets...)
	}
	t := &alawToUlaw
	if from == PCMU {
		t = &ulawToAlaw
	}
	for _, b := range octets {
		dst = append(dst, t[b])
	}
	return dst
}
