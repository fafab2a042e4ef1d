package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	maxLevel   = 7 // 2^64 leaves
)

// growBy adds the hashes of leaves, from an index on, to their tiles, and the
// hash of each tile they fill to the tile above.
func growBy(tx *db.Tx, province, index int64, hs []tlog.Hash) error {
	for level := 0; len(hs) > 0 && level <= maxLevel; level++ {
		full, first, err := growLevel(tx, province, level, index, hs)
		if err != nil {
			return err
		}
		hs, index = full, first
	}
	return nil
}

// growLevel writes hashes into the tiles of one level, and gives the hashes of
// those that are full now, with the number of the first of them.
func growLevel(tx *db.Tx, province int64, level int, index int64, hs []tlog.Hash) (full []tlog.Hash, first int64, err error) {
	first = index / tileWidth
	for len(hs) > 0 {
		n, at := index/tileWidth, int(index%tileWidth)
		var hashes []byte
		if at > 0 {
			have, err := tileOf(tx, province, level, n)
			if err != nil {
				return nil, 0, err
			}
			if len(have) != at*tlog.HashSize {
				return nil, 0, fmt.Errorf("tile %d/%d of log %d holds %d bytes, want %d: the log was changed outside the program", level, n, province, len(have), at*tlog.HashSize)
			}
			hashes = have
		}
		taken := min(len(hs), tileWidth-at)
		for _, h := range hs[:taken] {
			hashes = append(hashes, h[:]...)
		}
		if err := putTile(tx, province, level, n, hashes); err != nil {
			return nil, 0, err
		}
		if at+taken == tileWidth {
			full = append(full, tileRoot(hashes))
		}
		hs, index = hs[taken:], index+int64(taken)
	}
	return full, first, nil
}

// tileRoot is the hash of a full tile.
func tileRoot(b []byte) tlog.Hash {
	hs := make([]tlog.Hash, len(b)/tlog.HashSize)
	for i := range hs {
		copy(hs[i][:], b[i*tlog.HashSize:])
	}
	for len(hs) > 1 {
		for i := range len(hs) / 2 {
			hs[i] = tlog.NodeHash(hs[2*i], hs[2*i+1])
		}
		hs = hs[:len(hs)/2]
	}
	return hs[0]
}

// tiles reads hashes out of stored tiles, each tile and each hash within it
// once.
type tiles struct {
	read func(level int, n int64) ([]byte, error)
	seen map[[2]int64][][]tlog.Hash // by level and number: the tile's own tree, leaves first
}

func tilesIn(tx *db.Tx, province int64) *tiles {
	return &tiles{read: func(level int, n int64) ([]byte, error) { return tileOf(tx, province, level, n) }, seen: map[[2]int64][][]tlog.Hash{}}
}

// ReadHashes implements tlog.HashReader.
func (t *tiles) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		l, within := level/tileHeight, level%tileHeight
		shift := tileHeight - within
		tree, err := t.tree(l, n>>shift)
		if err != nil {
			return nil, err
		}
		at := n & (1<<shift - 1)
		if at >= int64(len(tree[within])) {
			return nil, errors.New("a tile is shorter than its tree")
		}
		out[i] = tree[within][at]
	}
	return out, nil
}

// tree is a tile with every hash above its own, as far as it is full.
func (t *tiles) tree(level int, n int64) ([][]tlog.Hash, error) {
	key := [2]int64{int64(level), n}
	if tree, ok := t.seen[key]; ok {
		return tree, nil
	}
	b, err := t.read(level, n)
	if err != nil {
		return nil, err
	}
	tree := make([][]tlog.Hash, tileHeight)
	tree[0] = make([]tlog.Hash, len(b)/tlog.HashSize)
	for i := range tree[0] {
		copy(tree[0][i][:], b[i*tlog.HashSize:])
	}
	for k := 1; k < tileHeight; k++ {
		tree[k] = make([]tlog.Hash, len(tree[k-1])/2)
		for i := range tree[k] {
			tree[k][i] = tlog.NodeHash(tree[k-1][2*i], tree[k-1][2*i+1])
		}
	}
	t.seen[key] = tree
	return tree, nil
}

// Tile is the bytes of a tile of the given width, for serving.
func Tile(tx *db.Tx, province int64, level int, n int64, width int) (b []byte, err error) {
	defer fault.Wrap(&err, "ledger.Tile(%d, %d/%d)", province, level, n)
	if b, err = tileOf(tx, province, level, n); err != nil {
		return nil, err
	}
	if width < 1 || width > tileWidth || len(b) < width*tlog.HashSize {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return b[:width*tlog.HashSize], nil
}

// Bundle is the entries of a bundle of the given width, for serving.
func Bundle(tx *db.Tx, province, n int64, width int) (b []byte, err error) {
	defer fault.Wrap(&err, "ledger.Bundle(%d, %d)", province, n)
	ls, err := leavesFrom(tx, province, n*tileWidth, width)
	if err != nil {
		return nil, err
	}
	if width < 1 || width > tileWidth || len(ls) != width {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	for i, l := range ls {
		if l.Index != n*tileWidth+int64(i) {
			return nil, fmt.Errorf("leaf %d of log %d is missing", n*tileWidth+int64(i), province)
		}
		e := entry(l)
		b = append(b, byte(len(e)>>8), byte(len(e))) //nolint:gosec // an entry is about a hundred bytes
		b = append(b, e...)
	}
	return b, nil
}

// unbundle parts a bundle into its entries.
func unbundle(b []byte) (out [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 2 {
			return nil, errors.New("a bundle is cut off")
		}
		n := int(b[0])<<8 | int(b[1])
		if len(b) < 2+n {
			return nil, errors.New("a bundle is cut off")
		}
		out, b = append(out, b[2:2+n]), b[2+n:]
	}
	return out, nil
}
