package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// excerptOf is what p shows of a line.
func excerptOf(p *Printer, src string, line, column int, msg string) string {
	var b strings.Builder
	out := p.to(&b)
	text, more := lineOf(src, line)
	from, to := token(text, column, msg)
	out.excerpt("job.lua", line, text, more, from, to)
	out.out.Flush()
	return b.String()
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a = a + 1; ", 40)
	for _, tt := range []struct {
		name, src, msg string
		line, column   int
		want           string
	}{
		{"a column", "x = = 1", "unexpected symbol", 1, 5, "  1 | x = = 1\n    |     ^\n"},
		{"a column at the end", "x =", "unexpected symbol", 1, 4, "  1 | x =\n    |    ^\n"},
		{"a quoted name", "\n\tgahter(1)", "attempt to call global 'gahter'", 2, 0, "  2 | \tgahter(1)\n    | \t^^^^^^\n"},
		{"a name that is there twice", " f(f)", "attempt to call global 'f'", 1, 0, "  1 |  f(f)\n    |  ^^^^\n"},
		{"part of a word is no name", "off(f)", "attempt to call global 'f'", 1, 0, "  1 | off(f)\n    |     ^\n"},
		{"no name", "  error(x) ", "broken", 1, 0, "  1 |   error(x) \n    |   ^^^^^^^^\n"},
		{"wide letters", "s = \"日本e\u0301\" .. x", "global 'x'", 1, 0, "  1 | s = \"日本e\u0301\" .. x\n    |      \u3000\u3000      ^\n"},
		{"what a terminal would obey", "s = '\x1b[31m' x()", "global 'x'", 1, 0, "  1 | s = '\ufffd[31m' x()\n    |             ^\n"},
		{"an empty line", "\n\n", "x", 2, 0, ""},
		{"a line that is not there", "x", "x", 9, 0, ""},
		{"CR LF", "f()\r\ng()\r\n", "global 'g'", 2, 0, "  2 | g()\n    | ^\n"},
		{"a long line", long + "boom() " + long, "global 'boom'", 1, 0,
			"  1 | ..." + long[len(long)-50:] + "boom() " + long[:100-53-len("boom() ")] + "...\n    | " + strings.Repeat(" ", 53) + "^^^^\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := excerptOf(&Printer{}, tt.src, tt.line, tt.column, tt.msg); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// On a terminal the excerpt fits into its width.
func TestExcerptOnATerminal(t *testing.T) {
	src := strings.Repeat("a = a + 1; ", 40) + "boom()" + strings.Repeat("; b = 1", 40)
	for _, columns := range []int{40, 80, 200} {
		got := excerptOf(&Printer{Width: columns}, src, 1, 0, "attempt to call global 'boom'")
		lines := strings.Split(got, "\n")
		at := strings.Index(lines[0], "boom")
		if len(lines[0]) > columns || at < 0 || lines[1][at:] != "^^^^" {
			t.Errorf("%d columns:\n%s", columns, got)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("x = = 1", 5, "unexpected 'x'")
	f.Add(strings.Repeat("ä", 300)+" boom", 0, "global 'boom'")
	f.Add("\xff\xfe", 2, "")
	f.Fuzz(func(t *testing.T, src string, column int, msg string) {
		out := excerptOf(&Printer{}, src, 1, column, msg)
		if out != "" && (strings.Count(out, "\n") != 2 || !strings.Contains(out, "^") || !utf8.ValidString(out)) {
			t.Errorf("got %q", out)
		}
	})
}
