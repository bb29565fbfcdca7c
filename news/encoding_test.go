package news

import (
	"testing"
	"unicode/utf8"
)

// RepairEncoding looks for one byte first: all letters that a doubled one begins with have it.
func TestFirstDoubled(t *testing.T) {
	for r := range rune(utf8.MaxRune + 1) {
		b, ok := byteOfWindows1252(r)
		if leads := ok && b >= 0xc2 && b <= 0xf4; leads && string(r)[0] != firstDoubled {
			t.Errorf("%U may begin a doubled letter and has no %#x", r, firstDoubled)
		}
	}
}
