package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// publicPackages are those that programs outside import.
var publicPackages = []string{"interp", "interp/check", "interp/report", "interp/repl", "interp/stub", "interp/trace", "interp/profile", "interp/interptest", "interp/test", "builtins"}

// The API is closed: no exported name of a package that programs import is, takes, returns or holds openly a type of an internal
// package. go doc shows nothing of such a type, and its methods are none for a host.
func TestClosedAPI(t *testing.T) {
	checked := 0
	packages := slices.Clone(publicPackages)
	tables, err := os.ReadDir("../../../builtins")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range tables {
		if dir.IsDir() && dir.Name() != "internal" {
			packages = append(packages, "builtins/"+dir.Name())
		}
	}
	for _, pkg := range packages {
		files, err := filepath.Glob("../../../" + pkg + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			internal := internalImports(file)
			for _, decl := range file.Decls {
				for _, open := range exportedTypes(decl) {
					checked++
					ast.Inspect(open, func(n ast.Node) bool {
						switch x := n.(type) {
						case *ast.SelectorExpr:
							if id, ok := x.X.(*ast.Ident); ok && internal[id.Name] {
								t.Errorf("%s: an exported name shows %s.%s, a type of an internal package; make it one of %s's own", fset.Position(x.Pos()), id.Name, x.Sel.Name, pkg)
							}
						case *ast.Field: // of a struct or an interface: one that is not exported shows nothing
							if len(x.Names) > 0 && !x.Names[0].IsExported() && !isParameter(open, x) {
								return false
							}
						}
						return true
					})
				}
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d exported names were looked at", checked)
	}
}

// internalImports are the names by which a file knows internal packages.
func internalImports(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, imp := range file.Imports {
		path, err := strconv.Unquote(imp.Path.Value)
		if err != nil || !strings.Contains(path, "/internal/") {
			continue
		}
		name := path[strings.LastIndexByte(path, '/')+1:]
		if imp.Name != nil {
			name = imp.Name.Name
		}
		names[name] = true
	}
	return names
}

// exportedTypes are the types that the exported names of a declaration show: signatures, and what stands for a type's name.
func exportedTypes(decl ast.Decl) (types []ast.Node) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv.List[0].Type)) {
			types = append(types, d.Type)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() {
					types = append(types, s.Type)
				}
			case *ast.ValueSpec:
				if s.Type != nil && s.Names[0].IsExported() {
					types = append(types, s.Type)
				}
			}
		}
	}
	return types
}

func exportedReceiver(t ast.Expr) bool {
	switch x := t.(type) {
	case *ast.StarExpr:
		return exportedReceiver(x.X)
	case *ast.IndexExpr:
		return exportedReceiver(x.X)
	case *ast.Ident:
		return x.IsExported()
	}
	return false
}

// isParameter reports whether a field of a type is a parameter or a result of a function in it, whose name says nothing.
func isParameter(in ast.Node, field *ast.Field) (is bool) {
	ast.Inspect(in, func(n ast.Node) bool {
		fn, ok := n.(*ast.FuncType)
		if !ok {
			return true
		}
		for _, list := range []*ast.FieldList{fn.Params, fn.Results} {
			if list == nil {
				continue
			}
			for _, f := range list.List {
				is = is || f == field
			}
		}
		return true
	})
	return is
}

// Each exported name of a package that programs import says what it is, in a comment that begins with the name.
func TestExportedNamesAreDocumented(t *testing.T) {
	eachPublic(t, func(pkg string, fset *token.FileSet, decl ast.Decl) {
		check := func(name *ast.Ident, doc *ast.CommentGroup) {
			switch {
			case !name.IsExported():
			case doc == nil:
				t.Errorf("%s: %s.%s has no comment", fset.Position(name.Pos()), pkg, name.Name)
			case !strings.HasPrefix(doc.Text(), name.Name+" "):
				t.Errorf("%s: the comment of %s.%s does not begin with its name", fset.Position(name.Pos()), pkg, name.Name)
			}
		}
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || exportedReceiver(d.Recv.List[0].Type) {
				check(d.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					doc := s.Doc
					if doc == nil && len(d.Specs) == 1 {
						doc = d.Doc
					}
					check(s.Name, doc)
				case *ast.ValueSpec: // a group has one comment for all
					if s.Names[0].IsExported() && s.Doc == nil && d.Doc == nil {
						t.Errorf("%s: %s.%s has no comment", fset.Position(s.Pos()), pkg, s.Names[0].Name)
					}
				}
			}
		}
	})
}

// No exported function has an error among its results that is nil wherever it returns, which everybody would have to look at. Left out
// are methods of interfaces, and ReturnValues, in which builtins end as they do in Return.
func TestErrorsThatAreNeverThere(t *testing.T) {
	implements := map[string]bool{"Write": true, "Close": true, "Each": true, "ReturnValues": true}
	eachPublic(t, func(pkg string, fset *token.FileSet, decl ast.Decl) {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || !d.Name.IsExported() || d.Body == nil || d.Type.Results == nil || implements[d.Name.Name] {
			return
		}
		results := d.Type.Results.List
		last := results[len(results)-1]
		if id, ok := last.Type.(*ast.Ident); !ok || id.Name != "error" || len(last.Names) > 0 {
			return
		}
		never := true
		ast.Inspect(d.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				if id, ok := n.Results[len(n.Results)-1].(*ast.Ident); !ok || id.Name != "nil" {
					never = false
				}
			}
			return true
		})
		if never {
			t.Errorf("%s: the error of %s.%s is always nil", fset.Position(d.Pos()), pkg, d.Name.Name)
		}
	})
}

// eachPublic calls fn with each declaration of the packages that programs import, tables among them.
func eachPublic(t *testing.T, fn func(pkg string, fset *token.FileSet, decl ast.Decl)) {
	tables, err := filepath.Glob("../../../builtins/*/*.go")
	if err != nil || len(tables) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	pkgs := slices.Clone(publicPackages)
	for _, name := range tables {
		pkgs = append(pkgs, "builtins/"+filepath.Base(filepath.Dir(name)))
	}
	for _, pkg := range slices.Compact(pkgs) {
		files, err := filepath.Glob("../../../" + pkg + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pkg, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, decl := range file.Decls {
				fn(pkg, fset, decl)
			}
		}
	}
}
