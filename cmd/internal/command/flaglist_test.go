package command

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The usage lists each flag, and what is made of it has each, too.
func TestFlagsAreListed(t *testing.T) {
	t.Parallel()
	rows := flagRows(usageOfFlags)
	shells := map[string]string{"bash": bashCompletion(&Extension{}, nil), "zsh": zshCompletion(&Extension{}, nil), "fish": fishCompletion(&Extension{}, nil)}
	page := manPage(&Extension{})
	(&options{}).flags().VisitAll(func(f *flag.Flag) {
		i := slices.IndexFunc(rows, func(r flagRow) bool { return slices.Contains(r.names, dashed(f.Name)) })
		if i < 0 {
			t.Errorf("the usage says nothing of %s", dashed(f.Name))
			return
		}
		b, ok := f.Value.(interface{ IsBoolFlag() bool })
		if takes := !ok || !b.IsBoolFlag(); takes != (rows[i].value != "") {
			t.Errorf("%s takes a value: %v, and %q in the usage", dashed(f.Name), takes, rows[i].value)
		}
		for shell, text := range shells {
			if want := map[bool]string{true: "-l " + f.Name, false: "-s " + f.Name}[len(f.Name) > 1]; !strings.Contains(text, dashed(f.Name)) && !strings.Contains(text, want) {
				t.Errorf("%s does not complete %s", shell, dashed(f.Name))
			}
		}
		if want := map[bool]string{true: ".It Fl Fl " + f.Name, false: ".It Fl " + f.Name}[len(f.Name) > 1]; !strings.Contains(page, want) {
			t.Errorf("the man page says nothing of %s", dashed(f.Name))
		}
	})
	for _, r := range rows {
		for _, name := range r.names {
			if name != "-h" && (&options{}).flags().Lookup(strings.TrimLeft(name, "-")) == nil {
				t.Errorf("the usage has %s, which there is not", name)
			}
		}
	}
	for _, c := range subcommands() {
		if c.name != "help" && c.usage == "" {
			t.Errorf("%s has no usage", c.name)
		}
		for shell, text := range shells {
			if !strings.Contains(text, c.name) {
				t.Errorf("%s does not complete %s", shell, c.name)
			}
		}
		if !strings.Contains(page, ".Ss "+c.name+"\n") {
			t.Errorf("the man page says nothing of %s", c.name)
		}
	}
}

// The usage of each subcommand lists the flags that it takes and no others, and so does what is made of it.
func TestFlagsOfSubcommandsAreListed(t *testing.T) {
	t.Parallel()
	taken := flagsInSource(t)
	listed := map[string]bool{} // by all
	for _, c := range subcommands() {
		rows := flagRows(c.usage)
		sections := map[string]string{
			"bash":         section(bashCompletion(&Extension{}, nil), "\n\t"+c.name+")\n", "\n\t\t;;\n"),
			"zsh":          section(zshCompletion(&Extension{}, nil), "\n\t\t"+c.name+")\n", "\n\t\t\t;;\n"),
			"the man page": strings.ReplaceAll(section(manPage(&Extension{}), ".Ss "+c.name+"\n", "\n.S"), `\-`, "-"),
			"lull help":    c.usage,
		}
		for line := range strings.Lines(fishCompletion(&Extension{}, nil)) {
			if strings.HasPrefix(line, "complete -c lull -n '__lull_at "+c.name+"'") {
				sections["fish"] += strings.NewReplacer(" -l ", " --", " -s ", " -").Replace(line)
			}
		}
		for _, r := range rows {
			for _, name := range r.names {
				listed[name] = true
				if !slices.Contains(taken, name) {
					t.Errorf("lull %s has no %s", c.name, name)
				}
				args := []string{"lull", c.name, name}
				if r.value != "" {
					args = append(args, "1")
				}
				var said strings.Builder
				if status := run(append(args, "--no-such-flag"), strings.NewReader(""), io.Discard, &said); status != statusUsage {
					t.Errorf("lull %s %s --no-such-flag: status %d", c.name, name, status)
				}
				if strings.Contains(said.String(), "there is no flag "+name) {
					t.Errorf("lull %s does not take %s", c.name, name)
				}
				for where, text := range sections {
					if !regexp.MustCompile(`(^|[^-\w])` + name + `($|[^-\w])`).MatchString(text) {
						t.Errorf("%s does not have %s of lull %s", where, name, c.name)
					}
				}
			}
		}
	}
	for _, r := range flagRows(usageOfFlags) {
		for _, name := range r.names {
			listed[name] = true
		}
	}
	for _, name := range taken {
		if !listed[name] {
			t.Errorf("%s is taken by a subcommand, and no usage lists it", name)
		}
	}
}

// section is what stands in a text between two others.
func section(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}

// flagsInSource are the flags that the package defines: the names that its files give to methods of a flag.FlagSet, which all are called flags.
func flagsInSource(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if on, isName := callee(method); !ok || !isName || on != "flags" || slices.Contains([]string{"Parse", "Arg", "Lookup"}, method.Sel.Name) {
				return true
			}
			for _, arg := range call.Args {
				if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && text != "" {
						names = append(names, dashed(text))
					}
					break
				}
			}
			return true
		})
	}
	if len(names) < 40 {
		t.Fatalf("only %d flags were found: %v", len(names), names)
	}
	return names
}

func callee(method *ast.SelectorExpr) (name string, ok bool) {
	if method == nil {
		return "", false
	}
	id, ok := method.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

func TestFlagRows(t *testing.T) {
	t.Parallel()
	got := flagRows(`usage: lull x [--by a|b] [-o OUT] FILE
       lull x [-o OUT] [flags]

Words - and -- more.
  -- lull: a comment of Lua
  --long VALUE  does this
                and that
  --cover, --cover=FILE
                         which
  -s             is short
The end.
`)
	want := []flagRow{
		{[]string{"--by"}, "a|b", ""},
		{[]string{"-o"}, "OUT", ""},
		{[]string{"--long"}, "VALUE", "does this and that"},
		{[]string{"--cover"}, "", "which"},
		{[]string{"-s"}, "", "is short"},
	}
	if !slices.EqualFunc(got, want, func(a, b flagRow) bool {
		return slices.Equal(a.names, b.names) && a.value == b.value && a.does == b.does
	}) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// The page has nothing in it that man complains of.
func TestManPage(t *testing.T) {
	t.Parallel()
	for _, lint := range [][]string{{"mandoc", "-Tlint"}, {"groff", "-mdoc", "-ww", "-z"}} {
		if _, err := exec.LookPath(lint[0]); err != nil {
			continue
		}
		cmd := exec.Command(lint[0], lint[1:]...)
		cmd.Stdin = strings.NewReader(manPage(&Extension{}))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", lint[0], err, out)
		}
	}
}

func TestFirstWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		want string
	}{{"trace", "view summary convert"}, {"completion", "bash zsh fish"}, {"doc", ""}, {"test", ""}, {"ps", ""}, {"init", ""}} {
		if got := strings.Join(findSubcommand(tt.name).words(&Extension{}), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
