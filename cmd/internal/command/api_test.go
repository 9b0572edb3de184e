package command

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// publicPackages are those that programs outside import.
var publicPackages = []string{"interp", "interp/report", "interp/repl", "interp/stub", "interp/interptest", "builtins"}

// The API is closed: no exported name of a package that programs import is, takes, returns or holds openly a type of an internal
// package. go doc shows nothing of such a type, and its methods are none for a host.
func TestClosedAPI(t *testing.T) {
	checked := 0
	for _, pkg := range publicPackages {
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
