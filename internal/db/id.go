package db

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// An id is 7 bits province (0 = nation) | 41 bits milliseconds since 2020 |
// 5 bits node | 10 bits sequence: ordered by time within a province, made
// without asking anybody.
const (
	idEpoch   = 1577836800000 // 2020-01-01 UTC
	idSeqBits = 10
	idLowBits = 5 + idSeqBits
	idMsBits  = 41
)

type idMaker struct {
	node int64
	mu   sync.Mutex
	last int64 // milliseconds and sequence last given out; guarded by mu
}

func (m *idMaker) next(province int, now time.Time) int64 {
	ms := now.UnixMilli() - idEpoch
	m.mu.Lock()
	defer m.mu.Unlock()
	// A sequence that runs over borrows from the next millisecond; a clock that
	// stands still or goes back must not repeat an id.
	m.last = max(m.last+1, ms<<idSeqBits)
	msSeq := m.last
	return int64(province&127)<<(idMsBits+idLowBits) |
		(msSeq>>idSeqBits)<<idLowBits | m.node<<idSeqBits | msSeq&(1<<idSeqBits-1)
}

// ProvinceOf is the province an id was made for.
func ProvinceOf(id int64) int { return int(id >> (idMsBits + idLowBits)) }

// Moment orders the ids of all provinces by when they were made.
func Moment(id int64) int64 { return id & (1<<(idMsBits+idLowBits) - 1) }

func randomID(province int) int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	low := int64(binary.LittleEndian.Uint64(b[:]) >> 8)
	return int64(province&127)<<(idMsBits+idLowBits) | low
}
