package terminal

import (
	"sync"

	"github.com/mattn/go-runewidth"
)

// widths has two bits for each character of the first two planes: what
// go-runewidth says takes a search through its tables, too slow for a log in Chinese.
var widths = sync.OnceValue(func() []byte {
	condition := runewidth.Condition{StrictEmojiNeutral: true}
	table := make([]byte, 0x20000/4)
	for r := range rune(0x20000) {
		w := condition.RuneWidth(r)
		if r == 0xad {
			w = 1 // a soft hyphen is shown, as wcwidth has it
		}
		table[r/4] |= byte(w) << (r % 4 * 2)
	}
	return table
})

// runeWidth is the number of cells r takes, as the programs' wcwidth has it.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case r < 0x20000:
		return int(widths()[r/4] >> (r % 4 * 2) & 3)
	case r < 0x40000:
		return 2 // CJK extensions
	case r >= 0xe0000 && r < 0xe01f0:
		return 0 // tags and variation selectors
	}
	return 1
}
