package command

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp/stub"
)

// setting is what the Lua language server has to know about Lull, as it is written in .luarc.json.
type setting struct{ key, written string }

// settings: LuaJIT comes nearest to what Lull has beyond Lua 5.1, such as goto.
var settings = []setting{
	{"runtime.version", `"LuaJIT"`},
	{"runtime.builtin", `{
    "bit": "disable",
    "ffi": "disable",
    "jit": "disable",
    "string.buffer": "disable",
    "table.clear": "disable",
    "table.new": "disable"
  }`},
	{libraryKey, `["` + stubsDir + `"]`},
}

const libraryKey = "workspace.library"

// newLuarc is the file where there is none.
func newLuarc() string {
	text := "{\n  \"$schema\": \"https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json\""
	for _, s := range settings {
		text += ",\n  \"" + s.key + "\": " + s.written
	}
	return text + "\n}\n"
}

// mergeLuarc adds to the text of a .luarc.json what it lacks; what it has stays.
func mergeLuarc(text string) (string, error) {
	for _, s := range settings {
		j := &jsonc{src: text}
		root, err := j.parse()
		if err != nil {
			return "", err
		}
		v := root.find(s.key)
		if v == nil {
			v = root.find("Lua." + s.key) // as an editor's own settings have it
		}
		switch {
		case v == nil:
			in, key := root.home(s.key)
			if in == root {
				if lua := root.find("Lua"); lua != nil && lua.kind == '{' {
					in, key = lua.home(s.key)
				}
			}
			text = j.add(in, `"`+key+`": `+s.written)
		case s.key != libraryKey: // somebody has decided
		case v.kind == '[':
			if !slices.ContainsFunc(v.members, func(m member) bool { return m.value.kind == '"' && isStubsDir(m.value.text) }) {
				text = j.add(v, `"`+stubsDir+`"`)
			}
		case v.kind == '{': // as it was written formerly
			if !slices.ContainsFunc(v.members, func(m member) bool { return isStubsDir(m.key) }) {
				text = j.add(v, `"`+stubsDir+`": true`)
			}
		default:
			return "", fmt.Errorf("%q is no list", s.key)
		}
	}
	return text, nil
}

// isStubsDir reports whether a path of the settings is that of the stubs.
func isStubsDir(path string) bool {
	path = strings.TrimPrefix(path, "${workspaceFolder}/")
	return filepath.ToSlash(filepath.Clean(path)) == stubsDir
}

// writeLuarc makes .luarc.json, or adds to what is there, and says so.
func writeLuarc(dir string) (said string, err error) {
	path := filepath.Join(dir, ".luarc.json")
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) { // the other name that the server reads
		if other, oerr := os.ReadFile(path + "c"); oerr == nil {
			path, text, err = path+"c", other, nil
		}
	}
	switch {
	case os.IsNotExist(err):
		return "wrote " + path, create(path, newLuarc())
	case err != nil:
		return "", err
	}
	merged, err := mergeLuarc(string(text))
	if err != nil {
		return "", fmt.Errorf("%s: %w: it is left as it is; add %q to its %q", path, err, stubsDir, libraryKey)
	}
	if merged == string(text) {
		return path + " has all it needs", nil
	}
	return "added to " + path, replace(path, merged)
}

// writeLuacheckrc makes a .luacheckrc with the names of Lull's builtins, unless there is one.
func writeLuacheckrc(dir string, x *stub.Index) (said string, err error) {
	path := filepath.Join(dir, ".luacheckrc")
	err = create(path, luacheckrc(x))
	if os.IsExist(err) {
		return path + " is there already: it stays as it is", nil
	}
	return "wrote " + path, err
}

// luacheckrc tells luacheck which globals Lull has.
func luacheckrc(x *stub.Index) string {
	fields := map[string][]string{} // functions by table; "" are the globals
	values := map[string][]string{} // of tables, but also of types
	for _, e := range x.All() {
		if e.Kind == stub.Function {
			table, name, ok := strings.Cut(e.Name, ".")
			if !ok {
				table, name = "", e.Name
			}
			fields[table] = append(fields[table], name)
		}
		if e.Kind == stub.Class {
			for _, f := range e.Fields {
				values[e.Name] = append(values[e.Name], f.Name)
			}
		}
	}
	for table := range fields {
		fields[table] = append(fields[table], values[table]...)
	}
	var b strings.Builder
	b.WriteString("-- What Lull adds to Lua 5.1, for luacheck. Written by `lull stubs`, which leaves it as it is from then on.\n-- lull: global stds\n\nstds.lull = {\n  read_globals = {\n")
	for _, table := range slices.Sorted(maps.Keys(fields)) {
		names := `"` + strings.Join(slices.Compact(slices.Sorted(slices.Values(fields[table]))), `", "`) + `"`
		if table != "" {
			names = table + " = { fields = { " + names + " } }"
		}
		b.WriteString("    " + names + ",\n")
	}
	fmt.Fprintf(&b, "  },\n}\n\nstd = \"lua51+lull\"\nexclude_files = { %q }\n", stubsDir+"/*.lua")
	return b.String()
}
