package command

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// text is a file of the repository.
func text(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// The README is a front door: what it shows is run in cmd/site, with the pages that tell the rest.
func TestReadme(t *testing.T) {
	readme := text(t, "README.md")
	if lines := strings.Count(readme, "\n"); lines > 130 {
		t.Errorf("the README has %d lines, 130 at most are read; what is for whoever wants to know more is a page in cmd/site/pages", lines)
	}
	for _, command := range []string{"go run ./cmd/lull scripts/tutorial/factorial.lua", "go test ./..."} {
		if !strings.Contains(readme, "\n    "+command+"\n") {
			t.Errorf("the README has lost the command %q", command)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)|(?:src|srcset)="([^":]+)"`).FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat(filepath.Join(root, link[1]+link[2])); err != nil {
			t.Errorf("a link of the README: %v", err)
		}
	}
}

// The README's first script is the one that lull init begins with.
func TestReadmeFirstScript(t *testing.T) {
	_, script, _ := strings.Cut(text(t, "README.md"), "```lua\n")
	script, _, _ = strings.Cut(script, "```\n")
	if script == "" || !strings.HasSuffix(firstJob, "\n\n"+script) {
		t.Errorf("project/job.lua does not end as the README's first script does:\n%s", script)
	}
}

// The README's Go is the body of an example of interp's, which is run.
func TestReadmeEmbedding(t *testing.T) {
	_, body, _ := strings.Cut(text(t, "interp/example_test.go"), "func Example_readme() {\n")
	body, _, _ = strings.Cut(body, "\t// Output:")
	body = strings.ReplaceAll(strings.TrimPrefix(body, "\t"), "\n\t", "\n")
	m := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(text(t, "README.md"))
	if body == "" || m == nil || m[1] != body {
		t.Errorf("README:\n%s\nExample:\n%s", m, body)
	}
}

// The pages name flags and subcommands that there are.
func TestPagesNameWhatThereIs(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "cmd", "site", "pages", "*.md"))
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	names := map[string]bool{}
	var help bytes.Buffer
	run([]string{"lull", "-h"}, strings.NewReader(""), &help, &help)
	all := help.String()
	for _, c := range subcommands() {
		names[c.name] = true
		all += c.usage
	}
	// The cluster's command is another module's: its help is in its source.
	for _, file := range []string{"main.go", "subcommands.go"} {
		source, err := os.ReadFile(filepath.Join(root, "cmd", "lull-cluster", file))
		if err != nil {
			t.Fatal(err)
		}
		all += string(source)
	}
	flagged := regexp.MustCompile("`(--[a-z-]+)|(?m:^    lull .*?)(--[a-z-]+)|`lull [^`]*?(--[a-z-]+)")
	called := regexp.MustCompile("`lull ([a-z]+)[ `]|(?m:^    lull ([a-z]+) )")
	for _, page := range append(pages, filepath.Join(root, "README.md"), filepath.Join(root, "scripts", "tutorial", "testing.md")) {
		source, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range flagged.FindAllStringSubmatch(string(source), -1) {
			if flag := m[1] + m[2] + m[3]; !strings.Contains(all, flag) {
				t.Errorf("%s names %s, which no help does", page, flag)
			}
		}
		for _, m := range called.FindAllStringSubmatch(string(source), -1) {
			if name := m[1] + m[2]; !names[name] {
				t.Errorf("%s names lull %s, which is no subcommand", page, name)
			}
		}
	}
}

// The sentences of the README and of the pages begin with their subject.
func TestPagesReadWell(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "cmd", "site", "pages", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```.*?```|<!--.*?-->")
	heading := regexp.MustCompile(`(?m)^#.*$|^    .*$|^\|.*$`)
	item := regexp.MustCompile(`(?m)^(?:- )?\*\*`)
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		source, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text := heading.ReplaceAllString(code.ReplaceAllString(strings.ReplaceAll(string(source), "\r\n", "\n"), ""), "")
		for _, word := range beginnings(item.ReplaceAllString(text, ""), nil) {
			t.Errorf("%s: a sentence begins with %q: let it begin with its subject", page, word)
		}
	}
}

// Each folder stands once in the table of CONTRIBUTING, and is there; each package that is not internal is in one that stands there.
func TestContributingFolders(t *testing.T) {
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+/)` \\|").FindAllStringSubmatch(text(t, ".github/CONTRIBUTING.md"), -1) {
		folder := m[1]
		if rows[folder] {
			t.Errorf("%s stands twice", folder)
		}
		rows[folder] = true
		if _, err := os.Stat(filepath.Join("../../..", folder)); err != nil {
			t.Error(err)
		}
	}
	packages, err := exec.Command("go", "list", "-f", "{{.ImportPath}}", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(packages)) {
		folder := strings.TrimPrefix(pkg, module+"/") + "/"
		above := path.Dir(path.Dir(folder)) + "/"
		if !rows[folder] && !rows[above] && above != "interp/internal/" && !strings.HasPrefix(folder, "scripts/") {
			t.Errorf("%s is in no row of the table of folders in .github/CONTRIBUTING.md: say there what it holds", folder)
		}
	}
}
