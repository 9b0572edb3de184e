package main

import (
	"flag"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each flag is in the help, the manual page and what shells complete, and each that is there exists.
func TestFlagsAreListed(t *testing.T) {
	p := newPlace(t)
	page := strings.ReplaceAll(p.run("doc", "--man"), `\-`, "-")
	shells := map[string]string{}
	for _, name := range []string{"bash", "zsh", "fish"} {
		shells[name] = p.run("completion", name)
	}
	own := flag.NewFlagSet("", flag.ContinueOnError)
	newClient().target.flags(own)
	sets := map[string]*flag.FlagSet{"": own, "server": new(serverArgs).flags(), "worker": new(workerArgs).flags(), "status": new(statusArgs).flags()}
	for _, c := range extension(newClient()).Commands {
		if sets[c.Name] == nil {
			t.Errorf("the flags of %s are not looked at", c.Name)
		}
	}
	for name, flags := range sets {
		of := map[string]string{"help": p.run("-h"), "man": page, "bash": shells["bash"], "zsh": shells["zsh"]}
		if name != "" {
			of["help"] = p.run("help", name)
			equal(t, p.run(name, "-h"), of["help"])
			of["man"] = section(t, page, ".Ss "+name+"\n", "\n.S")
			of["bash"] = section(t, shells["bash"], "\n\t"+name+")\n", "\n\t\t;;\n")
			of["zsh"] = section(t, shells["zsh"], "\n\t\t"+name+")\n", "\n\t\t\t;;\n")
		}
		for line := range strings.Lines(shells["fish"]) {
			if strings.HasPrefix(line, "complete -c lull-cluster -n '__lull_cluster_at "+name+"'") || name == "" && strings.Contains(line, `__lull_cluster_at \'\''`) {
				of["fish"] += strings.ReplaceAll(line, " -l ", " --")
			}
		}
		flags.VisitAll(func(f *flag.Flag) {
			for where, text := range of {
				want := `(^|[^-\w])--` + f.Name + `($|[^-\w])`
				if where == "man" && name == "" {
					want = `\.It Fl Fl ` + f.Name + `( |\n)`
				}
				if !regexp.MustCompile(want).MatchString(text) {
					t.Errorf("%s of %q does not have --%s", where, name, f.Name)
				}
			}
		})
		if name == "" {
			continue
		}
		for _, m := range regexp.MustCompile(`(?m)^  --([a-z-]+)`).FindAllStringSubmatch(of["help"], -1) {
			if flags.Lookup(m[1]) == nil {
				t.Errorf("the help of %s has --%s, which there is not", name, m[1])
			}
		}
	}
	for _, name := range []string{"server", "worker", "status", "ps", "doc"} {
		for where, text := range map[string]string{"help": p.run("-h"), "the page": page, "bash": shells["bash"], "zsh": shells["zsh"], "fish": shells["fish"]} {
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
				t.Errorf("%s does not have %s", where, name)
			}
		}
	}
	if text := shells["fish"] + shells["bash"] + shells["zsh"]; strings.Contains(text, "_lull ") || strings.Contains(text, "complete -c lull ") {
		t.Error("some functions are those of lull's own completions")
	}
	for _, lint := range [][]string{{"mandoc", "-Tlint"}, {"groff", "-mdoc", "-ww", "-z"}} {
		if _, err := exec.LookPath(lint[0]); err != nil {
			continue
		}
		cmd := exec.Command(lint[0], lint[1:]...)
		cmd.Stdin = strings.NewReader(p.run("doc", "--man"))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", lint[0], err, out)
		}
	}
	if c := p.start("wroker"); c.status() != statusWrongUsage || !strings.Contains(c.errs.String(), "did you mean 'lull-cluster worker'?") {
		t.Errorf("a misspelt command: %s", c.errs.String())
	}
}

// section is what stands in a text between two others.
func section(t *testing.T, text, from, to string) string {
	t.Helper()
	_, text, ok := strings.Cut(text, from)
	if !ok {
		t.Fatalf("there is no %q", from)
	}
	text, _, _ = strings.Cut(text, to)
	return text
}

// Shells that are there complete what the command has.
func TestCompletion(t *testing.T) {
	p := newPlace(t)
	if bash, err := exec.LookPath("bash"); err == nil {
		p.file("complete.bash", p.run("completion", "bash"))
		p.file("try.bash", `. ./complete.bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lull_cluster
printf '%s\n' "${COMPREPLY[@]}"
`)
		for line, want := range map[string]string{
			"wor": "worker", "server --sy": "--sync", "server --sync ": "1s always", "worker --mem": "--memory", "--cl": "--cluster", "st": "status stubs", "help ser": "server",
			"--cluster nats://x status --js": "--json", "completion f": "fish",
		} {
			args := append([]string{filepath.Join(p.dir, "try.bash"), "lull-cluster"}, strings.Split(line, " ")...)
			cmd := exec.Command(bash, args...)
			cmd.Dir = p.dir
			out, err := cmd.CombinedOutput()
			got := strings.Fields(string(out))
			slices.Sort(got)
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("bash completes %q as %q, %v, want %q", line, got, err, want)
			}
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		if _, err := exec.LookPath(shell); err == nil {
			if out, err := exec.Command(shell, "-n", p.file("complete."+shell, p.run("completion", shell))).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell, err, out)
			}
		}
	}
}
