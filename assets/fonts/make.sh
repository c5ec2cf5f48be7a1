#!/bin/sh
# Makes the bundled Chinese faces from Debian's fonts-noto-cjk with fonttools'
# pyftsubset. The locl feature is left out: it would bring the Japanese, Korean and
# Traditional forms of every character along. Run it only to renew them: the
# result is committed.
#
# The subset must hold the space and ASCII: Fyne draws a space that follows a
# Chinese run with the same face, and shows a replacement mark where it is absent.
set -eu
cd "$(dirname "$0")"
source_dir=${NOTO_CJK_DIR:-/usr/share/fonts/opentype/noto}
# The collection's faces in order: JP, KR, SC, TC, HK, then their Mono kin.
simplified=2
text=$(mktemp)
trap 'rm -f "$text" "$text.otf"' EXIT

python3 - >"$text" <<'PY'
chars = set()
for row in range(0xB0, 0xF8):            # GB 2312 levels 1 and 2: 6,763 characters
    for cell in range(0xA1, 0xFF):
        try:
            chars.add(bytes((row, cell)).decode("gb2312"))
        except UnicodeDecodeError:
            pass
def span(first, last):
    chars.update(chr(c) for c in range(first, last + 1))
span(0x20, 0x7E)        # ASCII
span(0xA0, 0xFF)        # Latin-1
span(0x2010, 0x2027)    # dashes, quotes, bullet, ellipsis
span(0x2030, 0x203B)    # per mille, primes, reference mark
span(0x2190, 0x21FF)    # arrows
span(0x2200, 0x2265)    # the few mathematical signs of technical text
span(0x2300, 0x23FF)    # technical: return, escape, keyboard signs
span(0x2500, 0x257F)    # box drawing
span(0x2580, 0x259F)    # block elements
span(0x25A0, 0x25FF)    # geometric shapes
span(0x2600, 0x2606)
span(0x2713, 0x2718)    # check marks and crosses
span(0x3000, 0x3017)    # CJK punctuation
span(0xFF01, 0xFF5E)    # full-width forms
span(0xFFE0, 0xFFE6)
chars.update("€™№℃Ω…—–✓✗⌘⇧⌥⌃")
import sys
sys.stdout.write("".join(sorted(chars)))
PY

# In a Chinese face quotes, ellipsis and the like are as wide as a character, which
# tears English apart; the proportional forms (pwid) read well in both languages.
# The python is Debian's, which has Debian's fonttools.
for weight in Regular Bold; do
	/usr/bin/python3 - "$source_dir/NotoSansCJK-$weight.ttc" $simplified "$text.otf" <<'PY'
import sys
from fontTools.ttLib import TTFont
font = TTFont(sys.argv[1], fontNumber=int(sys.argv[2]))
gsub = font["GSUB"].table
proportional = {}
for record in gsub.FeatureList.FeatureRecord:
    if record.FeatureTag == "pwid":
        for index in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[index].SubTable:
                proportional.update(getattr(table, "ExtSubTable", table).mapping)
for table in font["cmap"].tables:
    if hasattr(table, "cmap"):
        for code, glyph in table.cmap.items():
            if 0xA0 <= code < 0x2060:
                table.cmap[code] = proportional.get(glyph, glyph)
font.save(sys.argv[3])
PY
	pyftsubset "$text.otf" \
		--text-file="$text" \
		--layout-features='kern' \
		--no-hinting --drop-tables+=vhea,vmtx,VORG,BASE \
		--name-IDs='0,1,2,3,4,5,6,13,14' --name-languages='0x409' \
		--notdef-outline --recalc-bounds \
		--output-file="NotoSansSC-$weight.otf"
done
# A third face stands in front of Fyne's monospaced one, which has no Chinese: the
# Chinese characters alone, two cells wide, with a space of one cell (Fyne draws
# a space after Chinese with the same face) and the other face's line height, so
# that lines with and without Chinese are as high.
/usr/bin/python3 - "$text" <<'PY'
import sys
keep = [c for c in open(sys.argv[1], encoding="utf-8").read() if ord(c) >= 0x3000]
open(sys.argv[1], "w", encoding="utf-8").write(" \u00a0" + "".join(keep))
PY
pyftsubset "NotoSansSC-Regular.otf" --text-file="$text" --layout-features='' --drop-tables+=GSUB,GPOS \
	--no-hinting --name-IDs='*' --name-languages='0x409' --notdef-outline --output-file="$text.otf"
/usr/bin/python3 - "$text.otf" NotoSansSC-Wide.otf <<'PY'
import sys
from fontTools.ttLib import TTFont
cell, ascent, descent = 602, 928, 236   # DejaVu Sans Mono in thousandths of its size
font = TTFont(sys.argv[1])
narrow = [font.getBestCmap()[c] for c in (0x20, 0xA0)]
for glyph, (advance, bearing) in list(font["hmtx"].metrics.items()):
    font["hmtx"].metrics[glyph] = (cell if glyph in narrow else 2 * cell, bearing)
head, os2 = font["hhea"], font["OS/2"]
head.ascent, head.descent, head.lineGap = ascent, -descent, 0
head.advanceWidthMax = 2 * cell
os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ascent, -descent, 0
os2.usWinAscent, os2.usWinDescent = ascent, descent
for record in font["name"].names:
    if record.nameID in (1, 4):
        record.string = "Noto Sans SC Wide"
    elif record.nameID == 6:
        record.string = "NotoSansSC-Wide"
font.save(sys.argv[2])
PY
ls -l NotoSansSC-*.otf
