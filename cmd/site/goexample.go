package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var outputComment = regexp.MustCompile(`^(?:// )?(?:Unordered output|Output):\s*`)

// goExample is an Example function of a package of the repository, which `go test` runs: "interp.ExampleRuntime_Call" is its body, and
// what it prints.
func (s *site) goExample(name string) (body, prints string, err error) {
	dir, function, _ := strings.Cut(name, ".")
	files, err := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		return "", "", err
	}
	for _, file := range files {
		set := token.NewFileSet()
		source, err := os.ReadFile(file)
		if err != nil {
			return "", "", err
		}
		source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
		f, err := parser.ParseFile(set, file, source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", "", err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == function {
				body, prints := printed(source, set, f, fn)
				return body, prints, nil
			}
		}
	}
	return "", "", fmt.Errorf("no test in %s has the example %s", dir, function)
}

// printed is the body of an example without its braces and the comment about its output, and that output.
func printed(source []byte, set *token.FileSet, f *ast.File, fn *ast.FuncDecl) (body, prints string) {
	end := fn.Body.Rbrace
	for _, c := range f.Comments {
		if c.Pos() > fn.Body.Lbrace && c.End() < fn.Body.Rbrace && outputComment.MatchString(c.List[0].Text) {
			end = c.Pos()
			prints = outputComment.ReplaceAllString(c.Text(), "")
		}
	}
	for line := range strings.SplitSeq(string(source[set.Position(fn.Body.Lbrace).Offset+1:set.Position(end).Offset]), "\n") {
		body += strings.TrimPrefix(line, "\t") + "\n"
	}
	return strings.TrimSpace(body) + "\n", strings.TrimSpace(prints) + "\n"
}
