package html

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func runtime(t testing.TB, opts ...interp.Option) *interptest.Runtime {
	t.Helper()
	return interptest.New(t, append(opts, interp.WithModule(Module()))...)
}

// Selectors find what the library finds that tries all ways, in trees that are made by chance.
func TestSelectorsAsTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	simple := []string{"a", "b", "p", "div", ".x", ".y", "*", "#i", "[k]", "p.x", ":first-child", ":not(.x)", "b:nth-child(2)"}
	found := 0
	for range 300 {
		var b strings.Builder
		depth := 0
		for range 40 {
			if r.IntN(3) == 0 && depth > 0 {
				b.WriteString("</div>")
				depth--
				continue
			}
			fmt.Fprintf(&b, `<div class="%s" %s>`, []string{"", "x", "y", "x y"}[r.IntN(4)], []string{"", "k", "id=i"}[r.IntN(3)])
			fmt.Fprintf(&b, `<%[1]s class=%[2]s>t</%[1]s>`, []string{"a", "b", "p"}[r.IntN(3)], []string{"x", "y"}[r.IntN(2)])
			depth++
		}
		root, err := html.Parse(strings.NewReader(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		css := simple[r.IntN(len(simple))]
		for range r.IntN(4) {
			css += []string{" ", " > ", "+", " ~ ", ", "}[r.IntN(5)] + simple[r.IntN(len(simple))]
		}
		theirs, err := cascadia.ParseGroup(css)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := parseSelector(css)
		if err != nil {
			t.Fatalf("%s: %v", css, err)
		}
		// From the root, and from each node: what is above and beside it counts.
		for top := range nodes(root) {
			var want, got []*html.Node
			for n := range nodes(top) {
				if n != top && n.Type == html.ElementNode && theirs.Match(n) {
					want = append(want, n)
				}
			}
			if err := ours.find(top, func() error { return nil }, func(n *html.Node) bool {
				got = append(got, n)
				return true
			}); err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s in %s: %d found, want %d", css, b.String(), len(got), len(want))
			}
			found += len(got)
		}
	}
	if found < 1000 {
		t.Errorf("only %d were found", found)
	}
}

// attacks are small texts that a parser could make much of, or take long for.
var attacks = map[string]string{
	"deep":            strings.Repeat("<div>", 100_000),
	"deep formatting": strings.Repeat("<b>", 100_000),
	"open formatting": formats(400, "<b a=%d>") + strings.Repeat("<p>x", 20_000),
	"in cells":        "<table>" + strings.Repeat("<tr><td>"+formats(30, "<i a=%d>")+"</td>", 300) + strings.Repeat("<p>x", 5_000),
	"in a comment":    "<style><!--</style>" + formats(400, "<b a=%d>") + strings.Repeat("<p>x", 20_000),
	"in a title":      "<svg><title>" + formats(400, "<font a=%d>") + strings.Repeat("<p>x", 20_000),
	"in CDATA":        "<svg><![CDATA[ > ]]>" + formats(400, "<u a=%d>") + strings.Repeat("<p>x", 20_000),
	"long tags":       strings.Repeat("<b "+formats(500, "a%d ")+">x", 100),
	"open quote":      strings.Repeat(`<b a="`, 50_000),
	"bodies":          formats(20_000, "<body a%d=1>"),
	"tables":          strings.Repeat("<table>", 50_000),
	"misnested":       strings.Repeat("<b><i></b>x", 20_000),
	"attributes":      "<p " + formats(100_000, "a%d ") + ">",
	"many ends":       strings.Repeat("x</q>", 50_000),
	"foster":          "<table>" + strings.Repeat("a<b>", 20_000),
	"entities":        strings.Repeat("&", 500_000),
	"nul":             strings.Repeat("\x00<", 200_000),
}

func formats(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// No text makes a tree out of all proportion, or takes long: it is parsed, or refused with the kind limit.
func TestAttacks(t *testing.T) {
	for name, src := range attacks {
		t.Run(name, func(t *testing.T) {
			rt := runtime(t, interp.WithLimits(interp.Limits{Memory: 1 << 30}))
			begun := time.Now()
			vals, err := rt.Run(`
				local ok, page = pcall(html.parse, (...))
				if not ok then assert(page.kind == "limit", page) return 0, page.message end
				return #page:find("*"), #page:text(), #page:html()`, src)
			if err != nil {
				t.Fatal(err)
			}
			n, _ := vals.Get(1).Number()
			if most := float64(4*strings.Count(src, "<") + 2*maxCopies + 10); n > most {
				t.Errorf("%v elements of %d bytes, %v are the most", n, len(src), most)
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it takes %s", took)
			}
			t.Log(vals, time.Since(begun))
		})
	}
}

// A tree counts as what it takes while it is held.
func TestMemoryIsLimited(t *testing.T) {
	rt := runtime(t, interp.WithLimits(interp.Limits{Memory: 30 << 20}))
	rt.CheckError(`local held = {} for i = 1, 1000 do held[i] = html.parse(("<p>x"):rep(5000)):first("p") end`, "Memory")
	rt.Check(`for i = 1, 100 do html.parse(("<p>x"):rep(5000)) end print("nothing is held")`, "nothing is held\n")
	rt.CheckError(`html.parse(("<p>x"):rep(1e6))`, "Memory")
}

// A limit of instructions ends what computes: parsing, searching, writing.
func TestInstructionsAreLimited(t *testing.T) {
	for _, script := range []string{
		`while true do html.parse(("<p>x"):rep(1e5)) end`, `while true do page:find("p p > p + .x") end`, `while true do page:html() end`, `while true do page:text() end`,
		`while true do page:first("body"):children() end`,
	} {
		rt := runtime(t, interp.WithLimits(interp.Limits{Instructions: 3_000_000}))
		rt.CheckError(`local page = html.parse(("<p>x"):rep(1000)) `+script, "Instructions")
	}
}

// Where formatting elements get another name for the parser, nothing of that is left in the tree, and well-formed pages are as they are
// without.
func TestMarkedPages(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><head><title>a <b> lull-</title><script>if (a<b) "</b>"</script></head><body class="x"><!-- <i x> -->`)
	for i := range 600 {
		fmt.Fprintf(&b, `<p title="<b>"><i class="c%d">x</i> <B>y</B> <strong id=s%d>z<em>w</em></strong></p>`, i, i)
	}
	b.WriteString("</body></html>")
	src := b.String()
	plain, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	if err := html.Render(&want, plain); err != nil {
		t.Fatal(err)
	}
	rt := runtime(t)
	vals, err := rt.Run(`local page = html.parse((...)) return page:html(), #page:find("i[class]"), #page:find("strong > em"), #page:find("b")`, src)
	if err != nil {
		t.Fatal(err)
	}
	if got := vals.Get(1).String(); got != want.String() {
		t.Errorf("it is another page:\n%.1000s\nwant\n%.1000s", got, want.String())
	}
	for i := 2; i <= 4; i++ {
		if n, _ := vals.Get(i).Number(); n != 600 {
			t.Errorf("%v are found", n)
		}
	}
	if _, mark, _, _ := tamedHere(src); mark == "" {
		t.Error("the page was not marked: the test shows nothing")
	}
}

// tamedHere is tamed outside of a runtime.
func tamedHere(src string) (text, mark string, most int, err error) {
	rt, err := interp.New()
	if err != nil {
		return "", "", 0, err
	}
	defer rt.Close()
	_, err = rt.RunFunc(context.Background(), "tamed", func(c *interp.Call) error {
		return c.Compute(0, len(src), func(w *interp.Work) error {
			text, mark, most, err = tamed(w, src)
			return err
		})
	})
	return text, mark, most, err
}

// Above 64 KiB a page is parsed beside other tasks, and given up at once when its task is cancelled.
func TestParseIsCancelled(t *testing.T) {
	rt, err := interp.New(interp.WithModule(Module()))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := rt.RunString(ctx, "=t", `html.parse(("x</q>"):rep(4e6))`); err == nil {
		t.Skip("the machine is too fast")
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it ends after %s", took)
	}
}

// Arbitrary bytes are a page, whose HTML can be read again, or of the kind limit; arbitrary selectors find, or are bad arguments.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"<p>one<p>two", "<table><b><tr><td>x</b>", "<svg><title><b></svg>", "<b a=1><i></b>", "\x00\xff<", "<!--", "<script>", "<plaintext>x", "<select><table><td>", "<template><td></template>"} {
		f.Add(s, "p > b, [x]")
	}
	rt := runtime(f)
	if _, err := rt.Run(`
		function parse(s, css)
			local ok, page = pcall(html.parse, s)
			if not ok then assert(page.kind == "limit", page) return end
			page:text()
			local again = html.parse(page:html())
			assert(#again:text() >= 0)
			local ok, found = pcall(page.find, page, css)
			if not ok then assert(tostring(found):find("no selector of CSS", 1, true), found) return end
			assert((found[1] == nil) == (page:first(css) == nil))
			for _, n in ipairs(found) do n:html() n:children() assert(n.tag) end
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s, css string) {
		if _, err := rt.Call(t.Context(), "parse", s, css); err != nil {
			t.Fatalf("%q, %q: %v", s, css, err)
		}
	})
}
