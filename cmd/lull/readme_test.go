package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of the README.
func block(t *testing.T, language string) string {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)```" + language + "\r?\n(.*?)```").FindSubmatch(readme)
	if m == nil {
		t.Fatalf("the README has no block of %s", language)
	}
	return strings.ReplaceAll(string(m[1]), "\r\n", "\n")
}

func TestReadmeScript(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jobs.lua")
	if err := os.WriteFile(file, []byte(block(t, "lua")), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errw bytes.Buffer
	if status := run([]string{"--virtual-time", file}, strings.NewReader(""), &out, &errw); status != 0 || errw.Len() > 0 {
		t.Errorf("status %d, standard error %s", status, errw.Bytes())
	}
	if want := "alpha saved\nbeta saved\ngamma saved\nfailed: delta: disk full\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

// What the README shows of embedding is the body of interp's Example, which is run.
func TestReadmeEmbedding(t *testing.T) {
	example, err := os.ReadFile("../../interp/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(example), "\r\n", "\n")
	_, body, _ := strings.Cut(text, "func Example() {\n")
	body, _, _ = strings.Cut(body, "\t// Output:\n")
	got := strings.TrimSuffix(strings.TrimPrefix(block(t, "go"), "func main() {\n"), "}\n")
	if body == "" || got != body {
		t.Errorf("README:\n%s\nExample:\n%s", got, body)
	}
}

func TestReadmeCommands(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
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
		if _, err := os.Stat(filepath.Join("../..", link[1])); err != nil {
			t.Errorf("a link of the README: %v", err)
		}
	}
}
