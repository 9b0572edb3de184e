// Package library is the reference of Lull's builtins, in the form of stubs for the Lua language server (LuaLS): types,
// parameters, units, what is raised, and an example of each. It is the one source of what `lull doc`, the REPL's help and
// completion, the editor's hover and REFERENCE.md say.
package library

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/lull-lua/lull/builtins"
)

//go:embed *.lua
var stubs embed.FS

// Files are the stubs that an editor needs, one file for each table of builtins, by its name. It knows Lua's own library itself.
func Files() map[string]string {
	all := sources()
	delete(all, luaLibrary+".lua")
	return all
}

// luaLibrary is the stub of Lua's own library.
const luaLibrary = "lua"

// sources are all stubs, by the names of their files.
func sources() map[string]string {
	all := map[string]string{}
	for _, table := range slices.Concat(own, more, []string{luaLibrary}) {
		src, err := stubs.ReadFile(table + ".lua")
		if err != nil {
			panic("library: " + err.Error()) // it is part of the program
		}
		all[table+".lua"] = string(src)
	}
	for _, m := range builtins.Tables() {
		if m.Stub != "" {
			all[m.Name+".lua"] = m.Stub
		}
	}
	return all
}

// own are the stubs of this package, in the order in which they are shown, before those that come with their modules.
var own = []string{"core", "task", "sync", "errors"}

// more are the stubs of what Lull has in Lua's own library and Lua 5.1 has not: editors do not know it.
var more = []string{"bit", "string"}

// tables are the names of all stubs, in the order in which they are shown.
func tables() []string {
	all := slices.Clone(own)
	for _, m := range builtins.Tables() {
		if m.Stub != "" {
			all = append(all, m.Name)
		}
	}
	return append(append(all, more...), luaLibrary)
}

// Kind says what an entry describes.
type Kind string

// The kinds of entries.
const (
	Function Kind = "function"
	Method   Kind = "method"
	Class    Kind = "class" // a type of value, or a table of options
	Alias    Kind = "alias" // a name for several types
)

// Entry describes one builtin, method or type.
type Entry struct {
	Name      string    `json:"name"` // "sleep", "task.map", "task:cancel", "task"
	Kind      Kind      `json:"kind"`
	Table     string    `json:"table"`               // the file: "core", "task"...
	Signature string    `json:"signature,omitempty"` // "sleep(seconds [, value])"
	Doc       string    `json:"doc,omitempty"`       // paragraphs, one a line
	Async     bool      `json:"async,omitempty"`     // it is a checkpoint
	Params    []Param   `json:"params,omitempty"`
	Returns   []Param   `json:"returns,omitempty"`
	Fields    []Param   `json:"fields,omitempty"` // of a class; the values of an alias
	Overloads []string  `json:"overloads,omitempty"`
	Examples  []Example `json:"examples,omitempty"`

	class string // of a method, or the one that a variable stands for
	line  int
}

// Param is a parameter, a result or a field.
type Param struct {
	Name     string `json:"name,omitempty"`
	Type     string `json:"type"`
	Optional bool   `json:"optional,omitempty"`
	Doc      string `json:"doc,omitempty"`
}

// Example is Lua source, and the lines that it says it prints: those behind `-->`.
type Example struct {
	Source string   `json:"source"`
	Prints []string `json:"prints,omitempty"`
}

// parsed is done once, when somebody asks: not at start-up. The stubs are part of the program, and a test parses them.
var parsed = sync.OnceValue(func() []Entry {
	var all []Entry
	files := sources()
	for _, table := range tables() {
		entries, err := parse(table, files[table+".lua"])
		if err != nil {
			panic("library: " + table + ".lua: " + err.Error())
		}
		all = append(all, entries...)
	}
	return all
})

// All are the entries, in the order of the stubs.
func All() []Entry { return slices.Clone(parsed()) }

// Lookup finds an entry by its name: "sleep", "task.map", "task:cancel". A last part alone, such as "cancel", will do
// where nothing has it as its whole name; then every entry that ends so is returned.
func Lookup(name string) []Entry {
	var whole, last []Entry
	for _, e := range parsed() {
		if strings.Replace(e.Name, ":", ".", 1) == strings.Replace(name, ":", ".", 1) {
			whole = append(whole, e)
		}
		if i := strings.LastIndexAny(e.Name, ".:"); i >= 0 && e.Name[i+1:] == name {
			last = append(last, e)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return last
}
