package privacy

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// compound is an OLE compound file ([MS-CFB]): a small file system of storages
// and streams. The library that excelize brings was tried and left out: a file
// of nested storages makes it hold a path per entry, quadratic in the upload.
// Here every table is bounded by the file's own length.
type compound struct {
	b      []byte
	sector int
	fat    []byte // entries of 4 bytes
	mini   []byte // the mini FAT
	small  []byte // the mini stream
	broken bool   // something does not fit; what could be read was
}

// oleStream is one stream with its path, such as ObjectPool/_1/Contents.
type oleStream struct {
	path string
	data []byte
}

const (
	endOfChain   = 0xFFFFFFFE
	noEntry      = 0xFFFFFFFF
	miniSector   = 64
	maxOLEDepth  = 12
	oleDirectory = 128 // bytes of an entry
)

var le = binary.LittleEndian

// openCompound reads every stream of a compound file; more is false when the
// budget was used up.
func openCompound(b []byte, budget *int64) (streams []oleStream, broken, bomb bool) {
	if len(b) < 512 {
		return nil, true, false
	}
	c := compound{b: b, sector: 512}
	switch le.Uint16(b[30:]) {
	case 9:
	case 12:
		c.sector = 4096
	default:
		return nil, true, false
	}
	c.table()
	dir := c.chain(le.Uint32(b[48:]), len(b))
	if len(dir)/oleDirectory > MaxEntries {
		return nil, true, true
	}
	if len(dir) < oleDirectory {
		return nil, true, false
	}
	c.mini = c.chain(le.Uint32(b[60:]), len(b))
	c.small = c.chain(le.Uint32(dir[116:]), len(b))
	*budget -= int64(len(c.fat) + len(dir) + len(c.mini) + len(c.small))
	w := oleWalk{c: &c, dir: dir, budget: budget, seen: make([]bool, len(dir)/oleDirectory)}
	w.walk()
	return w.streams, c.broken, *budget < 0
}

// table gathers the file allocation table's sectors.
func (c *compound) table() {
	add := func(n uint32) {
		if n < 0xFFFFFFFA && len(c.fat) <= len(c.b)/c.sector*4+c.sector {
			c.fat = append(c.fat, c.at(n)...)
		}
	}
	for i := range 109 {
		add(le.Uint32(c.b[76+4*i:]))
	}
	next := le.Uint32(c.b[68:])
	for n := 0; next < 0xFFFFFFFA; n++ {
		s := c.at(next)
		if len(s) < c.sector || n > len(c.b)/c.sector {
			c.broken = true
			return
		}
		for i := 0; i+8 <= c.sector; i += 4 {
			add(le.Uint32(s[i:]))
		}
		next = le.Uint32(s[c.sector-4:])
	}
}

// at is a sector's bytes; the last of a file may be cut short.
func (c *compound) at(n uint32) []byte {
	from := (int64(n) + 1) * int64(c.sector)
	if from >= int64(len(c.b)) {
		c.broken = true
		return nil
	}
	return c.b[from:min(from+int64(c.sector), int64(len(c.b)))]
}

// chain joins the sectors that follow one another from start, at most size
// bytes. A chain longer than the file goes in circles.
func (c *compound) chain(start uint32, size int) []byte {
	var out []byte
	for n := 0; start < 0xFFFFFFFA && len(out) < size; n++ {
		if n > len(c.b)/c.sector || int64(start)*4+4 > int64(len(c.fat)) {
			c.broken = true
			break
		}
		out = append(out, c.at(start)...)
		start = le.Uint32(c.fat[start*4:])
	}
	return out[:min(len(out), size)]
}

// miniChain is chain in the mini stream.
func (c *compound) miniChain(start uint32, size int) []byte {
	var out []byte
	for n := 0; start < 0xFFFFFFFA && len(out) < size; n++ {
		from := int64(start) * miniSector
		if n > len(c.small)/miniSector || int64(start)*4+4 > int64(len(c.mini)) || from >= int64(len(c.small)) {
			c.broken = true
			break
		}
		out = append(out, c.small[from:min(from+miniSector, int64(len(c.small)))]...)
		start = le.Uint32(c.mini[start*4:])
	}
	return out[:min(len(out), size)]
}

// oleWalk visits the directory, whose entries are a tree per storage.
type oleWalk struct {
	c       *compound
	dir     []byte
	seen    []bool
	budget  *int64
	streams []oleStream
}

type oleVisit struct {
	id    uint32
	path  string
	depth int
}

func (w *oleWalk) walk() {
	w.seen[0] = true
	todo := []oleVisit{{id: le.Uint32(w.dir[76:])}}
	for len(todo) > 0 && *w.budget >= 0 {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if v.id == noEntry {
			continue
		}
		if int64(v.id) >= int64(len(w.seen)) || w.seen[v.id] || v.depth > maxOLEDepth {
			w.c.broken = true
			continue
		}
		w.seen[v.id] = true
		e := w.dir[int(v.id)*oleDirectory:][:oleDirectory]
		name := v.path + oleName(e)
		switch e[66] {
		case 1:
			todo = append(todo, oleVisit{le.Uint32(e[76:]), name + "/", v.depth + 1})
		case 2:
			w.stream(name, e)
		}
		todo = append(todo, oleVisit{le.Uint32(e[68:]), v.path, v.depth}, oleVisit{le.Uint32(e[72:]), v.path, v.depth})
	}
	for id, seen := range w.seen {
		if e := w.dir[id*oleDirectory:][:oleDirectory]; !seen && e[66] == 2 && *w.budget >= 0 { // in no storage's tree
			w.c.broken = true
			w.stream("?/"+oleName(e), e)
		}
	}
}

func (w *oleWalk) stream(path string, e []byte) {
	size := le.Uint64(e[120:])
	if w.c.sector == 512 {
		size &= 0xFFFFFFFF // the upper half may hold rubbish in version 3
	}
	if size > uint64(len(w.c.b)) {
		w.c.broken = true
		size = uint64(len(w.c.b))
	}
	var data []byte
	if start := le.Uint32(e[116:]); size < 4096 {
		data = w.c.miniChain(start, int(size))
	} else {
		data = w.c.chain(start, int(size))
	}
	if uint64(len(data)) < size {
		w.c.broken = true
	}
	*w.budget -= int64(len(data)) + 256
	w.streams = append(w.streams, oleStream{path, data})
}

func oleName(e []byte) string {
	n := min(int(le.Uint16(e[64:]))/2, 32)
	u := make([]uint16, 0, n)
	for i := range n {
		if c := le.Uint16(e[2*i:]); c != 0 {
			u = append(u, c)
		}
	}
	return strings.ReplaceAll(string(utf16.Decode(u)), "/", "_")
}
