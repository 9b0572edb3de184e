package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inverted is the beginning of a sentence whose subject comes late, so that one reads it twice: "What is not granted is not there".
var inverted = regexp.MustCompile(`(?:^|[.!?]\)? |\n\n)(?:- )?(Of|What|That|Who|Whom|Whose|Whoever|Whatever) `)

// Sentences of comments begin with their subject.
func TestComments(t *testing.T) {
	for file := range repositoryFiles(t, ".go") {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(root, file), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		names := declared(f)
		for _, c := range f.Comments {
			text, _, _ := strings.Cut(c.Text(), "Output:\n") // of an example
			for _, word := range beginnings(text, names) {
				t.Errorf("%s:%d: a sentence of the comment begins with %q: let it begin with its subject", file, fset.Position(c.Pos()).Line, word)
			}
		}
	}
}

// The comments of scripts and stubs, too.
func TestCommentsOfLua(t *testing.T) {
	for file := range repositoryFiles(t, ".lua") {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		var comment strings.Builder
		for n, line := range strings.Split(string(text), "\n") {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "--"); ok {
				comment.WriteString(strings.TrimPrefix(strings.TrimLeft(rest, "-"), " ") + "\n")
				continue
			}
			for _, word := range beginnings(comment.String(), nil) {
				t.Errorf("%s:%d: a sentence of the comment above begins with %q: let it begin with its subject", file, n+1, word)
			}
			comment.Reset()
		}
	}
}

// declared are the names in a file: a comment that begins with the name of what it describes is right.
func declared(f *ast.File) (names []string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names = append(names, n.Name.Name)
		case *ast.Field:
			for _, name := range n.Names {
				names = append(names, name.Name)
			}
		}
		return true
	})
	return names
}

// beginnings are those of the sentences of a comment's text that begin with such a word. Indented lines are code.
func beginnings(text string, names []string) (bad []string) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "\t") || line == "" {
			lines[i] = "\n"
		} else {
			lines[i] = strings.TrimSpace(line)
		}
	}
	joined := regexp.MustCompile(` ?\n+ ?`).ReplaceAllString(strings.Join(lines, " "), "\n\n")
	for i, m := range inverted.FindAllStringSubmatchIndex(joined, -1) {
		word := joined[m[2]:m[3]]
		if i == 0 && m[0] == 0 && slices.Contains(names, word) {
			continue
		}
		bad = append(bad, word+joined[m[3]:min(len(joined), m[3]+40)])
	}
	return bad
}

func TestBeginnings(t *testing.T) {
	for text, want := range map[string]string{
		"What is not granted is not there.":                  "What",
		"Files are read. Of large ones\nthe end counts.":     "Of",
		"Files are read (at once.) That they\nare is known.": "That",
		"First.\n\nWho reads it:\n\n\tWhat is code\n":        "Who",
		"A list:\n\n  - What is in it.\n  - Of it, more.\n":  "What Of",
		"Of is a crew.":                      "",
		"It asks: what is there? A file is.": "",
		"Whatsoever. Officially. Thatched.":  "",
		"It does so\nWhat follows":           "",
	} {
		var got []string
		for _, b := range beginnings(text, []string{"Of"}) {
			word, _, _ := strings.Cut(b, " ")
			got = append(got, word)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
