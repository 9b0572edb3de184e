package stdio

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wide are the ranges of characters that take two cells, as Unicode's East Asian Width (W and F) has them, and the emoji.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, {0x231a, 0x231b, 1}, {0x2329, 0x232a, 1}, {0x23e9, 0x23ec, 1}, {0x23f0, 0x23f3, 3}, {0x25fd, 0x25fe, 1},
		{0x2614, 0x2615, 1}, {0x2648, 0x2653, 1}, {0x267f, 0x2693, 20}, {0x26a1, 0x26a1, 1}, {0x26aa, 0x26ab, 1}, {0x26bd, 0x26be, 1},
		{0x26c4, 0x26c5, 1}, {0x26ce, 0x26d4, 6}, {0x26ea, 0x26ea, 1}, {0x26f2, 0x26f3, 1}, {0x26f5, 0x26fa, 5}, {0x26fd, 0x2705, 8},
		{0x270a, 0x270b, 1}, {0x2728, 0x2728, 1}, {0x274c, 0x274e, 2}, {0x2753, 0x2755, 1}, {0x2757, 0x2757, 1}, {0x2795, 0x2797, 1},
		{0x27b0, 0x27bf, 15}, {0x2b1b, 0x2b1c, 1}, {0x2b50, 0x2b55, 5}, {0x2e80, 0x2e99, 1}, {0x2e9b, 0x2ef3, 1}, {0x2f00, 0x2fd5, 1},
		{0x2ff0, 0x303e, 1}, {0x3041, 0x3096, 1}, {0x3099, 0x30ff, 1}, {0x3105, 0x312f, 1}, {0x3131, 0x318e, 1}, {0x3190, 0x31e3, 1},
		{0x31ef, 0x321e, 1}, {0x3220, 0x3247, 1}, {0x3250, 0xa48c, 1}, {0xa490, 0xa4c6, 1}, {0xa960, 0xa97c, 1}, {0xac00, 0xd7a3, 1},
		{0xf900, 0xfaff, 1}, {0xfe10, 0xfe19, 1}, {0xfe30, 0xfe52, 1}, {0xfe54, 0xfe66, 1}, {0xfe68, 0xfe6b, 1}, {0xff01, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x16fe4, 1}, {0x16ff0, 0x16ff1, 1}, {0x17000, 0x187f7, 1}, {0x18800, 0x18cd5, 1}, {0x18cff, 0x18d08, 1},
		{0x1aff0, 0x1b2fb, 1}, {0x1d300, 0x1d356, 1}, {0x1d360, 0x1d376, 1}, {0x1f004, 0x1f004, 1}, {0x1f0cf, 0x1f18e, 191},
		{0x1f191, 0x1f19a, 1}, {0x1f200, 0x1f320, 1}, {0x1f32d, 0x1f335, 1}, {0x1f337, 0x1f37c, 1}, {0x1f37e, 0x1f393, 1},
		{0x1f3a0, 0x1f3ca, 1}, {0x1f3cf, 0x1f3d3, 1}, {0x1f3e0, 0x1f3f0, 1}, {0x1f3f4, 0x1f3f4, 1}, {0x1f3f8, 0x1f43e, 1},
		{0x1f440, 0x1f440, 1}, {0x1f442, 0x1f4fc, 1}, {0x1f4ff, 0x1f53d, 1}, {0x1f54b, 0x1f54e, 1}, {0x1f550, 0x1f567, 1},
		{0x1f57a, 0x1f57a, 1}, {0x1f595, 0x1f596, 1}, {0x1f5a4, 0x1f5a4, 1}, {0x1f5fb, 0x1f64f, 1}, {0x1f680, 0x1f6c5, 1},
		{0x1f6cc, 0x1f6cc, 1}, {0x1f6d0, 0x1f6d2, 1}, {0x1f6d5, 0x1f6d7, 1}, {0x1f6dc, 0x1f6df, 1}, {0x1f6eb, 0x1f6ec, 1},
		{0x1f6f4, 0x1f6fc, 1}, {0x1f7e0, 0x1f7eb, 1}, {0x1f7f0, 0x1f7f0, 1}, {0x1f90c, 0x1f93a, 1}, {0x1f93c, 0x1f945, 1},
		{0x1f947, 0x1f9ff, 1}, {0x1fa70, 0x1faff, 1}, {0x20000, 0x2fffd, 1}, {0x30000, 0x3fffd, 1},
	},
}

// cells is how many cells a character takes.
func cells(r rune) int {
	switch {
	case r >= ' ' && r < 0x7f:
		return 1
	case r < ' ' || r >= 0x7f && r < 0xa0, r == 0xad: // controls are not shown
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1160 && r <= 0x11ff: // marks, joiners, the later parts of Hangul
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

// escape is the length of the escape sequence at the beginning of s; 0 if there is none. One that has no end is all of s.
func escape(s string) int {
	switch {
	case s == "" || s[0] != 0x1b:
		return 0
	case len(s) == 1:
		return 1
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']': // up to a bell or a string terminator
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
			if s[i] == 0x1b && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	}
	return 2
}

// Cells is how many cells of a terminal's row a text takes: escape sequences take none, and neither do control characters.
func Cells(s string) (n int) {
	for len(s) > 0 {
		if s[0] == 0x1b {
			s = s[escape(s):]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		n += cells(r)
		s = s[size:]
	}
	return n
}

// Cut is the beginning of a text that takes at most so many cells, with all of its escape sequences.
func Cut(s string, most int) string {
	var b strings.Builder
	for n := 0; len(s) > 0; {
		size := 1
		if s[0] == 0x1b {
			size = escape(s)
			b.WriteString(s[:size])
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(s)
			if n += cells(r); n <= most {
				b.WriteString(s[:size])
			} else {
				n = most + 1 // a narrow one that follows a wide one does not take its place
			}
		}
		s = s[size:]
	}
	return b.String()
}

// column is where the cursor stands behind a text that began a row, on a terminal of so many columns. ok is false where that cannot be
// told: something but colours and characters is in it, or it has filled a row.
func column(s string, columns int) (at int, ok bool) {
	for len(s) > 0 {
		size := 1
		switch {
		case s[0] == 0x1b:
			if size = escape(s); size < 3 || s[1] != '[' || s[size-1] != 'm' {
				return 0, false
			}
		case s[0] < ' ' || s[0] == 0x7f:
			return 0, false
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(s)
			w := cells(r)
			if at+w > columns {
				at = 0
			}
			at += w
		}
		s = s[size:]
	}
	return at, at < columns
}
