#!/usr/bin/python3
"""Make the typeface of the printed sheets: font.xz and supplement.txt.

Usage, on Debian with the packages fonttools, unicode-data and xz-utils:

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 && tar xzf expo-google-fonts-noto-sans-sc-0.4.3.tgz
    ./gen.py package/400Regular/NotoSansSC_400Regular.ttf

Kept are: every character of GBK (which holds GB 2312), the 8,105 characters of
the Table of General Standard Chinese Characters (Unihan kTGH), every character
of a place name in agency/data/divisions.xz, and Latin, Greek, Cyrillic,
punctuation and symbols that the typeface has. Layout tables and hints are left
out: the PDF writer uses neither.

The PDF writer addresses characters by 16 bits. Characters beyond U+FFFF get a
second address in the private area, from U+E000 in the order of supplement.txt;
the sheet writes their real code beside them, so that copying a text gives it.
"""
import bz2
import pathlib
import subprocess
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
PRIVATE = 0xE000
RANGES = [(0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x1E00, 0x1EFF), (0x2000, 0x27BF), (0x2E80, 0x2FDF),
          (0x3000, 0x33FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)]


def varint(b, at):
    n = shift = 0
    while True:
        n |= (b[at] & 0x7F) << shift
        shift += 7
        at += 1
        if b[at - 1] < 0x80:
            return n, at


def place_names():
    raw = subprocess.run(["xz", "-dcq", HERE / "../../../agency/data/divisions.xz"], check=True, capture_output=True).stdout
    at = raw.index(b"\n", raw.index(b"\n") + 1) + 1  # after the mark and the edition
    _, at = varint(raw, at)
    codes, at = varint(raw, at)
    # Common endings of names (社区居民委员会 …) stand as U+0001 to U+0008; GBK has their characters.
    return {c for c in map(ord, raw[at + codes:].decode("utf-16-le")) if c > 10}


def gbk():
    out = set()
    for a in range(0x81, 0xFF):
        for b in range(0x40, 0xFF):
            try:
                out.add(ord(bytes([a, b]).decode("gbk")))
            except (UnicodeDecodeError, TypeError):
                pass
    return out


def standard():
    with bz2.open("/usr/share/unicode/Unihan_OtherMappings.txt.bz2", "rt") as f:
        return {int(line.split()[0][2:], 16) for line in f if "\tkTGH\t" in line}


def main(source):
    font = TTFont(source)
    has = {c for c in font.getBestCmap() if not PRIVATE <= c <= 0xF8FF}
    names, table = place_names(), standard()
    want = gbk() | names | table | {c for a, b in RANGES for c in range(a, b + 1)}
    keep = want & has
    beyond = sorted(c for c in keep if c > 0xFFFF)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=["*"], recalc_timestamp=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=keep)
    cutter.subset(font)
    best = font.getBestCmap()
    for table4 in font["cmap"].tables:
        if table4.format == 4:
            table4.cmap.update({PRIVATE + i: best[c] for i, c in enumerate(beyond)})
    font.recalcTimestamp = False
    out = HERE / "font.ttf"
    font.save(out)
    subprocess.run(["xz", "-f", "--lzma2=preset=9e,dict=8MiB,nice=273,lc=4,lp=0,pb=0", "-C", "crc32", out], check=True)
    (HERE / "font.ttf.xz").rename(HERE / "font.xz")
    (HERE / "supplement.txt").write_text("".join(map(chr, beyond)) + "\n")
    print(f"{len(keep)} characters kept, {len(beyond)} of them beyond U+FFFF")
    print("in place names but not in the typeface:", " ".join(f"U+{c:04X}" for c in sorted(names - has)))
    print("in the standard table but not in the typeface:", len(table - has))


main(sys.argv[1])
