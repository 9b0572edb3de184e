package stdio

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// screen is a terminal as most are: what is written beyond the last column goes on in the next row, though not before something follows.
type screen struct {
	columns int
	rows    [][]string // cells; a wide character's second is ""
	row, at int
}

func (s *screen) cell(text string) {
	for len(s.rows[s.row]) <= s.at {
		s.rows[s.row] = append(s.rows[s.row], " ")
	}
	s.rows[s.row][s.at] = text
	s.at++
}

func (s *screen) down() {
	if s.row++; s.row == len(s.rows) {
		s.rows = append(s.rows, nil)
	}
}

func (s *screen) Write(p []byte) (int, error) {
	if s.rows == nil {
		s.rows = [][]string{nil}
	}
	for text := string(p); text != ""; {
		size := 1
		switch text[0] {
		case '\r':
			s.at = 0
		case '\n':
			s.at = 0
			s.down()
		case 0x1b:
			size = escape(text)
			n := 1
			fmt.Sscanf(text[2:], "%d", &n)
			switch text[size-1] {
			case 'A':
				s.row = max(0, s.row-n)
			case 'C':
				s.at = min(s.columns-1, s.at+n)
			case 'K':
				if n == 2 {
					s.rows[s.row] = nil
				} else {
					s.rows[s.row] = s.rows[s.row][:min(s.at, len(s.rows[s.row]))]
				}
			case 'm':
			default:
				panic("the screen does not know " + text[:size])
			}
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(text)
			w := cells(r)
			if s.at+w > s.columns {
				s.at = 0
				s.down()
			}
			s.cell(text[:size])
			if w == 2 {
				s.cell("")
			}
		}
		text = text[size:]
	}
	return len(p), nil
}

func (s *screen) String() string {
	var lines []string
	for _, row := range s.rows {
		lines = append(lines, strings.TrimRight(strings.Join(row, ""), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// The screen is in the end as without footers, whatever is written while they come, change and go.
func TestFooterLeavesNoTrace(t *testing.T) {
	pieces := []string{"word ", "line\n", "two\nlines\n", "\n", "日本語", "\x1b[31mred\x1b[0m", "a longer piece of text that wraps", "über", "tab\tbed\n", "over\rwritten\n", "👍\n", "12345"}
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		columns := 5 + rnd.IntN(40)
		with, without := &screen{columns: columns}, &screen{columns: columns}
		term := NewTerminal(with, func() (int, int) { return columns, 24 })
		var footers []*Footer
		n := 0
		for range 40 {
			switch rnd.IntN(6) {
			case 0:
				rows := 1 + rnd.IntN(3)
				footers = append(footers, term.Show(func(int) (lines []string) {
					for i := range rows {
						lines = append(lines, fmt.Sprintf("日本 footer %d.%d", i, n))
					}
					return lines
				}))
			case 1:
				if len(footers) > 0 {
					term.Remove(footers[0])
					footers = footers[1:]
				}
			case 2:
				term.mu.Lock()
				n++
				term.redraw()
				term.mu.Unlock()
			default:
				p := pieces[rnd.IntN(len(pieces))]
				if strings.ContainsAny(p, "\t") {
					p = strings.ReplaceAll(p, "\t", " ") // the screen here has none
				}
				if n, err := term.Write(with, []byte(p)); n != len(p) || err != nil {
					t.Fatal(n, err)
				}
				without.Write([]byte(p))
			}
		}
		term.Close()
		if got, want := with.String(), without.String(); got != want {
			t.Fatalf("seed %d, %d columns:\n%s\nwant\n%s", seed, columns, got, want)
		}
	}
}

func TestFooterStandsBelow(t *testing.T) {
	s := &screen{columns: 20}
	columns := 20
	term := NewTerminal(s, func() (int, int) { return columns, 6 })
	defer term.Close()
	write := func(text string) { term.Write(s, []byte(text)) }
	see := func(what, want string) {
		t.Helper()
		term.mu.Lock()
		term.redraw()
		got := s.String()
		term.mu.Unlock()
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
		}
	}
	write("one\n")
	bar := term.Show(func(columns int) []string {
		return []string{strings.Repeat("=", columns), "日本語日本語日本語日本語"}
	})
	see("cut to the width", "one\n===================\n日本語日本語日本語")
	write("two\nhalf")
	see("behind an unfinished line", "one\ntwo\nhalf\n===================\n日本語日本語日本語")
	write(" done\n")
	see("as it goes on", "one\ntwo\nhalf done\n===================\n日本語日本語日本語")
	release := term.Hold()
	see("held", "one\ntwo\nhalf done")
	s.Write([]byte("child")) // which ends no line
	release()
	see("below what a process wrote", "one\ntwo\nhalf done\nchild\n===================\n日本語日本語日本語")
	more := term.Show(func(int) []string { return []string{"a", "b", "c"} })
	see("at most half the rows", "one\ntwo\nhalf done\nchild\n===================\n日本語日本語日本語\n... and 3 more")
	term.Remove(more)
	write("\x1b[5Cmoves")
	see("nobody knows where the cursor is", "one\ntwo\nhalf done\nchild\n     moves")
	term.Remove(bar)
	see("gone", "one\ntwo\nhalf done\nchild\n     moves")
}

// A terminal that has become narrower has made several rows of each of the footer's.
func TestFooterOfANarrowerTerminal(t *testing.T) {
	s, columns := &screen{columns: 40}, 40
	term := NewTerminal(s, func() (int, int) { return columns, 24 })
	defer term.Close()
	term.Write(s, []byte("one\n"))
	term.Show(func(columns int) []string { return []string{strings.Repeat("=", columns-1)} })
	term.mu.Lock()
	defer term.mu.Unlock()
	term.redraw()
	columns, s.columns = 10, 10
	s.rows = [][]string{s.rows[0], s.rows[1][:10], s.rows[1][10:20], s.rows[1][20:30], s.rows[1][30:]} // as it reflows
	s.row, s.at = 4, 9
	term.redraw()
	if got, want := s.String(), "one\n========="; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestCells(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "👍": 2, "\x1b[1;31mred\x1b[0m": 3, "\x1b]8;;http://x\x07link\x1b]8;;\x07": 4, "a\x1b": 1, "\xff": 1, "한국": 4,
		"\u200b": 0, "ｆ": 2, "─": 1, "\t": 0,
	} {
		if got := Cells(text); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
	for _, tt := range []struct {
		text string
		most int
		want string
	}{{"日本語", 5, "日本"}, {"日本語a", 5, "日本"}, {"\x1b[31mred\x1b[0m", 2, "\x1b[31mre\x1b[0m"}, {"abc", 0, ""}, {"abc", 3, "abc"}} {
		if got := Cut(tt.text, tt.most); got != tt.want {
			t.Errorf("%q cut to %d: %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}

// While a person types what others write is kept; where that is too much for it, it is written in the middle.
func TestAskKeepsWhatOthersWrite(t *testing.T) {
	var out, other strings.Builder
	term := NewTerminal(&out, func() (int, int) { return 80, 24 })
	write := func(to *strings.Builder, text string) {
		t.Helper()
		if n, err := term.Write(to, []byte(text)); n != len(text) || err != nil {
			t.Fatal(n, err)
		}
	}
	say, done := term.Ask()
	if err := say(&out, "Name? "); err != nil {
		t.Fatal(err)
	}
	write(&out, "a\n")
	write(&other, "b\n")
	if out.String() != "Name? " || other.Len() > 0 {
		t.Errorf("%q, %q", out.String(), other.String())
	}
	if err := done(); err != nil || out.String() != "Name? a\n" || other.String() != "b\n" {
		t.Errorf("%q, %q, %v", out.String(), other.String(), err)
	}
	out.Reset()
	_, done = term.Ask()
	write(&out, "c\n")
	write(&out, strings.Repeat("x", maxKept))
	write(&out, "d\n")
	if n := out.Len(); n != maxKept+4 {
		t.Errorf("%d bytes", n)
	}
	if err := done(); err != nil || out.Len() != maxKept+4 {
		t.Error(out.Len(), err)
	}
	_, _ = term.Ask()
	write(&out, "e\n")
	term.Close()
	if !strings.HasSuffix(out.String(), "d\ne\n") {
		t.Error("what is kept at the end is lost")
	}
}
