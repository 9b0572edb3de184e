package re_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

const functions = `
	function all(s, p)
		local list = {}
		for m in re.gmatch(s, p) do list[#list + 1] = m end
		return table.concat(list, "\1"), #list
	end
	function split(s, p, max) return table.concat(re.split(s, p, max), "\1") end
	function sub(s, p) return (re.gsub(s, p, "<%0>")) end
	function sub_by_function(s, p) return (re.gsub(s, p, function(m) return "<" .. m .. ">" end)) end
	function find(s, p) return re.find(s, p) end
`

// A search finds what package regexp finds in a text, wherever the search goes on.
func FuzzAgainstRegexp(f *testing.F) {
	for _, p := range []string{"a", "a*", "", "^", "$", `\b`, `\Ba`, "(?m)^", "(?m)^a", "^a", "a|ab", "(?:a|ab)(?:c|bcd)*", "[^a]+", "(?i)AB", "é", ".", "(?s).", `\x{FFFD}`, `\Qa.b`, "a(?:.*b)?", "x*?", `(?:\b|a)`, `\z`, `[[:word:]]+\b`, "(?-s).+$"} {
		for _, s := range []string{"", "a", "ab", "aab aba", "abcd\nabc", "éaé", "\xffa\xff", "a.b a.b", strings.Repeat("ab ", 30)} {
			f.Add(s, p)
		}
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(functions); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		rx, err := regexp.Compile(p)
		if len(p) > 100 || len(s) > 10_000 || strings.Contains(s+p, "\x01") {
			return
		}
		if err != nil {
			if _, gerr := rt.Call(t.Context(), "find", s, p); gerr == nil {
				t.Fatalf("%q is taken for a pattern: %v", p, err)
			}
			return
		}
		if rx.NumSubexp() > 0 {
			return
		}
		ask := func(name string, args ...any) interp.Values {
			vals, err := rt.Call(t.Context(), name, args...)
			if err != nil && !strings.Contains(err.Error(), "too large") {
				t.Fatalf("%s(%q, %q): %v", name, s, p, err)
			}
			return vals
		}
		check := func(what, got, want string) {
			if got != want {
				t.Fatalf("%s of %q in %q: %q, want %q", what, p, s, got, want)
			}
		}
		loc := rx.FindStringIndex(s)
		if vals := ask("find", s, p); loc == nil {
			check("find", vals.Get(1).String(), "nil")
		} else if len(vals) > 0 {
			check("find", fmt.Sprint(vals), fmt.Sprint([]int{loc[0] + 1, loc[1]}))
		} else {
			return
		}
		found := rx.FindAllString(s, -1)
		vals := ask("all", s, p)
		check("gmatch", vals.Get(1).String(), strings.Join(found, "\x01"))
		check("gmatch", vals.Get(2).String(), fmt.Sprint(len(found)))
		check("split", ask("split", s, p).Get(1).String(), strings.Join(rx.Split(s, -1), "\x01"))
		check("split", ask("split", s, p, 3).Get(1).String(), strings.Join(rx.Split(s, 3), "\x01"))
		replaced := rx.ReplaceAllStringFunc(s, func(m string) string { return "<" + m + ">" })
		check("gsub", ask("sub", s, p).Get(1).String(), replaced)
		check("gsub", ask("sub_by_function", s, p).Get(1).String(), replaced)
	})
}

// Texts that are too large for one step of package regexp give the same.
func TestLargeTexts(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	if _, err := rt.Run(functions); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"error", "warn", "info", "é", "\n", " ", "\xff", "x", "42"}
	for range 20 {
		var b strings.Builder
		for range 20_000 {
			b.WriteString(words[r.IntN(len(words))])
		}
		s := b.String()
		for _, p := range []string{`\bx`, `error.x`, `(?m)^\w+`, `[a-z]+42`, `\d+$`, `(?s)never.*`, `é+`, `(?:x|xx)\b`} {
			rx := regexp.MustCompile(p)
			vals, err := rt.Call(t.Context(), "all", s, p)
			if err != nil || vals.Get(1).String() != strings.Join(rx.FindAllString(s, -1), "\x01") {
				t.Fatalf("%s: %v", p, err)
			}
			vals, err = rt.Call(t.Context(), "sub", s, p)
			if err != nil || vals.Get(1).String() != rx.ReplaceAllStringFunc(s, func(m string) string { return "<" + m + ">" }) {
				t.Fatalf("%s: %v", p, err)
			}
		}
	}
}

// A search that takes long is no obstacle to anybody: others run meanwhile where the text is large, and a deadline, a limit and Ctrl-C
// end it within moments.
func TestLongSearches(t *testing.T) {
	const script = `
		local s = ("a"):rep(...)
		local long = "(a?){500}b"
		local quadratic = "a(?:.*b)?"
		local function search(what)
			if what == "match" then return re.match(s, long) end
			if what == "gmatch" then for _ in re.gmatch(s, quadratic) do end end
			if what == "gsub" then re.gsub(s, quadratic, "x") end
			if what == "callback" then re.gsub(s, quadratic, function() end) end
			if what == "split" then re.split(s, quadratic) end
		end
		for _, what in ipairs{ "match", "gmatch", "gsub", "callback", "split" } do
			local t = now()
			local ok, err = pcall(wait_for, search, 0.05, what)
			print(what, ok, err and err.kind)
		end`
	for _, size := range []int{256 << 10, 4 << 20} {
		var out strings.Builder
		rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, &out, &out))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := rt.RunString(t.Context(), "=t", script, size); err != nil {
			t.Error(err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(out.String(), "false\ttimeout\n"); n != 5 {
			t.Errorf("%d bytes:\n%s", size, out.String())
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%d bytes took %v", size, took)
		}
	}
	for _, script := range []string{
		`pcall(re.match, ("a"):rep(2e5), "(a?){500}b")`, `pcall(re.gsub, ("a"):rep(1e5), "a(?:.*b)?", "")`, `pcall(re.gsub, ("a"):rep(1e5), "a(?:.*b)?", print)`,
		`for _ in re.gmatch(("a"):rep(1e5), "a(?:.*b)?") do end`, `pcall(re.match, ("a"):rep(2e6), "(a?){500}b")`, `pcall(re.split, ("ab"):rep(2e6), "a(?:.*c)?")`,
	} {
		for _, limits := range []interp.Limits{{Instructions: 1_000_000}, {Time: 100 * time.Millisecond}} {
			rt, err := interp.New(builtins.Safe(), interp.WithLimits(limits))
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = rt.RunString(t.Context(), "=t", script)
			if !errors.Is(err, interp.ErrLimit) {
				t.Errorf("%+v: %s: %v", limits, script, err)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("%+v: %s took %v", limits, script, took)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// Many short matches are a long search, too, and so is a short text with a large pattern: a deadline ends it, others have their turns, and
// nothing is left behind.
func TestManyMatches(t *testing.T) {
	var out strings.Builder
	rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, &out, &out), interp.WithGrace(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(t.Context(), "=t", `
		local s = ("abc "):rep(6e6)
		local turns = 0
		task.daemon(function() while true do sleep(0.001) turns = turns + 1 end end)
		for _, search in ipairs{
			function() re.gsub(s, "abc", "x") end,
			function() re.split(s, " ") end,
			function() for _ in re.gmatch(s, "b.*") do end end,
			function() re.gsub(s, "(a|b)*c", { abc = "y" }) end,
			function() re.find(("a"):rep(900000), "(a|aa|aaa){1,100}b") end,
			function() re.gsub(("a"):rep(900000), "(a|aa|aaa){1,100}b", "") end,
		} do
			turns = 0
			local ok, err = pcall(wait_for, search, 0.1)
			print(ok, ok or err.kind, turns > 0)
		end`)
	if err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if want := strings.Repeat("false\ttimeout\ttrue\n", 6); out.String() != want {
		t.Error(out.String())
	}
}

// Patterns are bounded before they are compiled, and what is kept of them is.
func TestPatternsAreBounded(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	began := time.Now()
	for _, p := range []string{"(a{1000}){1000}", "((a{100}){100}){100}", strings.Repeat("(", 1001) + strings.Repeat(")", 1001), strings.Repeat("x", 300<<10), strings.Repeat("[a-z]", 30_000), "(((((a{50}){50}){50}){50}){50}){50}"} {
		if _, err := rt.RunString(t.Context(), "=t", "re.find('x', ...)", p); err == nil || !strings.Contains(err.Error(), "bad argument #2 to 'find'") || len(err.Error()) > 400 {
			t.Errorf("%.40s: %v", p, err)
		}
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	_, err := rt.Run(`
		for i = 1, 5000 do assert(re.match("x" .. i, "x(" .. i .. ")") == tostring(i)) end
		local large = ("[a-z]"):rep(3000)
		for i = 1, 50 do re.match("x", large .. i) end`)
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkMatch(b *testing.B) {
	const line, pattern = "2024-05-01T12:00:00Z ERROR disk full on /dev/sda1 (host=db7)", `(\w+) disk (\w+) on (\S+)`
	b.Run("re", func(b *testing.B) {
		rt, err := interp.New(builtins.Safe())
		if err != nil {
			b.Fatal(err)
		}
		defer rt.Close()
		if _, err := rt.RunString(b.Context(), "=b", "local s, p, n = ... for _ = 1, n do re.match(s, p) end", line, pattern, b.N); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("go", func(b *testing.B) {
		rx := regexp.MustCompile(pattern)
		for range b.N {
			rx.FindStringSubmatch(line)
		}
	})
}
