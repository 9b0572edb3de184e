package randprog

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp/internal/vm"
)

var wrong = strings.Fields(`and break do else elseif end false for function if in local nil not or repeat return then true until while
	.. ... == >= <= ~= + - * / % ^ # < > = ( ) { } [ ] ; : , . a b 1 0x 1e 3..2 0xg .5 'x" 'x "y 'a\300' 'a\
	[[ ]] [=[ ]=] [= -- --[[ --[==[ @ ! \ $ ~ & ? é`)

// broken is a random program that something was done to, so that most of them do not compile.
func broken(c *choices) string {
	list := tokens.FindAllString(program(c, false), -1)
	g := &gen{choices: c}
	if n := len(list); n > 40 {
		list = list[g.intn(n-40):]
		list = list[:10+g.intn(30)]
	}
	for range 1 + g.intn(3) {
		i := g.intn(len(list))
		w := wrong[g.intn(len(wrong))]
		switch g.intn(4) {
		case 0:
			list = append(list[:i:i], list[i+1:]...)
		case 1:
			list[i] = w
		case 2:
			list = append(list[:i:i], append([]string{w}, list[i:]...)...)
		default:
			j := g.intn(len(list))
			list[i], list[j] = list[j], list[i]
		}
		if len(list) == 0 {
			return ""
		}
	}
	var b strings.Builder
	for _, t := range list {
		b.WriteString(t)
		b.WriteString(g.pick(" ", " ", " ", "\n", "\r\n"))
	}
	return b.String()
}

// TestSyntax compares what is said about programs that do not compile.
func TestSyntax(t *testing.T) {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		t.Skip("lua5.1 is not installed")
	}
	k := kind{path: path, dir: t.TempDir()}
	valid, differ := 0, 0
	for from := *seed; from < *seed+uint64(*count); from += batch {
		sources := make([]string, min(batch, *seed+uint64(*count)-from))
		for i := range sources {
			sources[i] = broken(random(from + uint64(i)))
		}
		for i, want := range k.run(t, sources, "testdata/check.lua") {
			want = strings.TrimSuffix(want, "\n")
			have := ""
			if _, err := vm.Compile("=prog", []byte(sources[i])); err != nil {
				have = err.Error()
				if se := (*vm.SyntaxError)(nil); errors.As(err, &se) && se.Hint != "" { // Lull says more
					have = strings.NewReplacer(" ("+se.Hint+")", "", "; "+se.Hint, "").Replace(have)
				}
				if i := strings.LastIndex(have, "near '") + len("near '"); i > len("near '") { // and shows a whole character
					if r, n := utf8.DecodeRuneInString(have[i:]); r >= utf8.RuneSelf && have[i+n:] == "'" {
						have = have[:i+1] + "'"
					}
				}
			}
			switch {
			case want == "":
				valid++
			case strings.Contains(want, "nesting of [["): // LuaJIT and the manual allow it
				continue
			}
			if have != want {
				differ++
				t.Errorf("%q\n lua5.1 %s\n lull   %s", sources[i], want, have)
			}
		}
		if differ > 20 {
			t.FailNow()
		}
	}
	t.Logf("%d programs, %d valid, %d differ", *count, valid, differ)
}
