package command

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// blocks are the fenced blocks of the README in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\r?\n(.*?)```").FindAllSubmatch(readme, -1) {
		out = append(out, strings.ReplaceAll(string(m[1]), "\r\n", "\n"))
	}
	if out == nil {
		t.Fatalf("the README has no block of %s", language)
	}
	return out
}

// The README's Lua runs as it stands, with what it leaves out before it.
func TestReadmeScripts(t *testing.T) {
	type part struct{ before, after, want, failed string }
	parts := []part{
		{
			before: `local home = fs.temp()

for _, name in ipairs { "mail", "photos", "work" } do fs.mkdir(fs.join(home, name)) end
local function run(cmd) cmd.cwd = home if cmd.stdout then cmd.stdout.file = fs.join(home, cmd.stdout.file) end return process.run(cmd) end
local process = setmetatable({ run = run }, { __index = process })`,
			after: `process.run { "gzip", "-t", "mail.tar.gz", "work.tar.gz" }`,
			want:  "mail saved\nphotos saved\nfailed: nowhere (exit)\nwork saved\n",
		},
		{
			before: `local jobs, ran = 2, {}
os.execute = function(command) sleep(1) table.insert(ran, command) return 0 end
local targets = { { name = "c", needs = { "a", "b" }, command = "C" }, { name = "a", command = "A" }, { name = "b", needs = { "a" }, command = "B" } }`,
			after: `print(table.concat(ran), now())`,
			want:  "ABC\t3\n",
		},
		{ // the first error cancels the rest
			before: `local jobs = 2
os.execute = function(command)
  return finally(function() sleep(command) return command == 1 and 1 or 0 end, function(ok) print(command, ok, now()) end)
end
local targets = { { name = "long", command = 99 }, { name = "bad", command = 1 }, { name = "next", needs = { "bad" }, command = 1 } }`,
			want:   "1\ttrue\t1\n99\tfalse\t1\n",
			failed: "bad: its command failed",
		},
		{ // Ctrl-C while three jobs are left
			before: `local n = 0
local function next_job() n = n + 1 return n end
local function work(job) sleep(0.4) print(job, now()) end
local main = task.current()
spawn(function() sleep(1) main:cancel("Ctrl-C") end)`,
			want:   "1\t0.4\n2\t0.8\n3\t1.2\n4\t1.6\n",
			failed: "Ctrl-C",
		},
		{
			before: `local serve = http.serve
http.serve = function(_, ...) return serve(0, ...) end -- any port that is free`,
			want: "backup\n404\n",
		},
	}
	shown := blocks(t, "lua")
	tests := slices.IndexFunc(shown, func(src string) bool { return strings.HasPrefix(src, "-- job_test.lua\n") })
	if len(shown) != 5 || tests < 0 {
		t.Fatalf("the README has %d scripts; four and a test are known here", len(shown))
	}
	readmeTest(t, shown[tests])
	shown = slices.Delete(shown, tests, tests+1)
	for i, src := range []string{shown[0], shown[1], shown[1], shown[2], shown[3]} {
		p := parts[i]
		file := filepath.Join(t.TempDir(), "part.lua")
		if err := os.WriteFile(file, []byte(p.before+"\n"+src+p.after), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errw bytes.Buffer
		status := run([]string{"lull", "--virtual-time", file}, strings.NewReader(""), &out, &errw)
		if (status != 0) != (p.failed != "") || !strings.Contains(errw.String(), p.failed) || p.failed == "" && errw.Len() > 0 {
			t.Errorf("script %d: status %d, standard error %s", i+1, status, errw.Bytes())
		}
		if out.String() != p.want {
			t.Errorf("script %d printed %q, want %q", i+1, out.String(), p.want)
		}
	}
}

// readmeTest runs the test that the README shows, with a script that it could be about.
func readmeTest(t *testing.T, src string) {
	if runtime.GOOS == "windows" {
		return // there is no POSIX shell
	}
	dir := t.TempDir()
	job := `while not pcall(http.get, "https://api.example.org/report") do sleep(60) end
process.run { "mail", ..., input = http.get("https://api.example.org/report").body }`
	for name, text := range map[string]string{"job_test.lua": src, "job.lua": job} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out, errw bytes.Buffer
	if status := run([]string{"lull", "test"}, strings.NewReader(""), &out, &errw); status != 0 {
		t.Errorf("the README's test: status %d\n%s%s", status, out.Bytes(), errw.Bytes())
	}
}

// The README's Go is the body of interp's Example, which is run.
func TestReadmeEmbedding(t *testing.T) {
	example, err := os.ReadFile("../../../interp/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(example), "\r\n", "\n")
	_, body, _ := strings.Cut(text, "func Example() {\n")
	body, _, _ = strings.Cut(body, "\t// Output:\n")
	got := strings.TrimSuffix(strings.TrimPrefix(blocks(t, "go")[0], "func main() {\n"), "}\n")
	if body == "" || got != body {
		t.Errorf("README:\n%s\nExample:\n%s", got, body)
	}
}

func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(readme), "\r\n", "\n")
	for _, command := range []string{"go run ./cmd/lull scripts/tutorial/factorial.lua", "go test ./..."} {
		if !strings.Contains(text, "\n    "+command+"\n") {
			t.Errorf("the README has lost the command %q", command)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join("../../..", link[1])); err != nil {
			t.Errorf("a link of the README: %v", err)
		}
	}
}

// Each folder stands once in the table of CONTRIBUTING, and is there; each package that is not internal is in one that stands there.
func TestContributingFolders(t *testing.T) {
	text, err := os.ReadFile("../../../.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+/)` \\|").FindAllSubmatch(text, -1) {
		folder := string(m[1])
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
