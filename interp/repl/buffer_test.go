//go:build !wasm

package repl

import (
	"strings"
	"testing"
)

// typedInto is what becomes of keys, where ⏎ is Enter that begins a line, ↑ ↓ ← → are the arrows, ⌫ backspace; the cursor is at |.
func typedInto(typed string) string {
	e := &Editor{keys: &keys{}, buf: buffer{cells: -1}}
	for _, k := range typed {
		switch k {
		case '⏎':
			e.edit('\r')
		case '↑':
			e.edit('P' - '@')
		case '↓':
			e.edit('N' - '@')
		case '←':
			e.edit('B' - '@')
		case '→':
			e.edit('F' - '@')
		case '⌫':
			e.edit(0x7f)
		default:
			e.edit(k)
		}
	}
	return string(e.buf.text[:e.buf.pos]) + "|" + string(e.buf.text[e.buf.pos:])
}

func TestLinesAreIndented(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"if x then⏎print(1)⏎else⏎y()⏎end", "if x then\n  print(1)\nelse\n  y()\nend|"},
		{"if x then⏎elseif y then⏎z()", "if x then\nelseif y then\n  z()|"},
		{"f(function()⏎g()⏎end)⏎h()", "f(function()\n  g()\nend)\nh()|"},
		{"t = {⏎a = {⏎1,⏎},⏎}", "t = {\n  a = {\n    1,\n  },\n}|"},
		{"repeat⏎x()⏎until y", "repeat\n  x()\nuntil y|"},
		{"x = [[⏎  a⏎b", "x = [[\n  a\nb|"},
		{"while 'do' do -- then⏎", "while 'do' do -- then\n  |"},
		{"do⏎endless()⏎ending = 1⏎end", "do\n  endless()\n  ending = 1\nend|"},
		{"do⏎⌫x()", "do\nx()|"},
		{"do⏎    four()⏎", "do\n      four()\n  |"},
		{"do f() end←←←←⏎", "do f()\n|end"},
		{"f(1,⏎2)", "f(1,\n  2)|"},
		{"}⏎end⏎x", "}\nend\nx|"},
		{"end", "end|"},
	} {
		if got := typedInto(tt.typed); got != tt.want {
			t.Errorf("%s\nbecomes\n%s\nwant\n%s", tt.typed, got, tt.want)
		}
	}
}

// The cursor goes over characters, not over what they are made of.
func TestCursorGoesOverCharacters(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"e\u0301x←←", "|e\u0301x"},
		{"e\u0301x←⌫", "|x"},
		{"👩\u200d💻!←⌫", "|!"},
		{"👍🏽"[:4] + "\ufe0f.←←→", "👍\ufe0f|."},
		{"日本語⏎ab↑", "日|本語\nab"},
		{"abc⏎日本語↑", "abc|\n日本語"},
		{"abc⏎日本語↑↓", "abc\n日本語|"},
		{"ab⏎⏎cd↑↑", "ab|\n\ncd"},
		{"\u0301x←←←", "|\u0301x"},
		{"a⏎b←←⌫", "|\nb"},
		{"a⏎b←⌫", "a|b"},
	} {
		if got := typedInto(tt.typed); got != tt.want {
			t.Errorf("%q becomes %q, want %q", tt.typed, got, tt.want)
		}
	}
}

// Any keys leave a cursor within the text, and a layout in which each row fits.
func FuzzEditing(f *testing.F) {
	f.Add("if x then⏎日本\te\u0301↑↑⌫", 7)
	f.Add("日本語", 0)
	f.Add("\x0b\x15\x17\x19\x14⏎⏎↓\x0f\x12a\x07", 1)
	f.Fuzz(func(t *testing.T, keys string, width int) {
		if width = 1 + abs(width)%100; len(keys) > 300 {
			return
		}
		got := typedInto(strings.Map(func(r rune) rune {
			if r == 'Z'-'@' || r == '\t' || r == 'L'-'@' || r == pasted {
				return -1
			}
			return r
		}, keys))
		before, after, _ := strings.Cut(got, "|")
		v := view{prompt: "> ", text: before + after, pos: len([]rune(before))}
		if after == "" {
			v.pos = -1
		}
		rows, at, column := v.layout(width)
		width = max(width, 4)
		if at < 0 || at >= len(rows) || column < 0 || column >= width {
			t.Errorf("%q: the cursor is at %d, %d, of %d rows", got, at, column, len(rows))
		}
		for _, r := range rows {
			if r.cells > width {
				t.Errorf("%q: a row of %d cells", got, r.cells)
			}
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return max(-n, 0)
	}
	return n
}

func TestRecall(t *testing.T) {
	r := recall{entries: []string{"x = 1", "print(x)", "x = 2", "y"}, at: 4}
	step := func(by int, text string, want string) string {
		t.Helper()
		got, ok := r.move(by, text, text)
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("%+d from %q: %q, want %q", by, text, got, want)
		}
		return got
	}
	step(-1, "x", "x = 2")
	step(-1, "x = 2", "x = 1")
	step(-1, "x = 1", "-")
	step(1, "x = 1", "x = 2")
	step(1, "x = 2", "x")
	step(1, "x", "-")
	r.moving = false // something else was typed
	step(-1, "", "y")
	step(-1, "y", "x = 2")
	r.moving = false
	step(-1, "x = 22", "print(x)") // it was changed, and stays so
	step(1, "print(x)", "x = 22")
}
