package command

import (
	"flag"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The usage lists each flag, and what is made of it has each, too.
func TestFlagsAreListed(t *testing.T) {
	t.Parallel()
	rows := flagRows(usageOfFlags)
	shells := map[string]string{"bash": bashCompletion(), "zsh": zshCompletion(), "fish": fishCompletion()}
	page := manPage()
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
	for _, lint := range [][]string{{"mandoc", "-Tlint", "-Wwarning"}, {"groff", "-mdoc", "-ww", "-z"}} {
		if _, err := exec.LookPath(lint[0]); err != nil {
			continue
		}
		cmd := exec.Command(lint[0], lint[1:]...)
		cmd.Stdin = strings.NewReader(manPage())
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", lint[0], err, out)
		}
	}
}
