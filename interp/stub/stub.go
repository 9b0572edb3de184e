// Package stub is the reference of a runtime's builtins. It reads the stubs that modules carry ([interp.Module].Stub), which are in the
// form of the Lua language server's (LuaLS): types, parameters, units, what is raised, and an example of each. They are the one source
// of what `lull doc`, the REPL's help and completion, and an editor's hover say. Lua's own library is described here: where it differs
// from Lua 5.1's with the builtins, the rest for who asks for a name.
//
//	---@meta acme.app
//	-- The app: a title for lists, up to the colon, then a comment.
//
//	---Brings a version to the servers, and waits for them. The first sentence stands in lists.
//	---
//	---```lua
//	---print(app.deploy("v1", { dry = true })) --> 0
//	---```
//	---@async
//	---@param version string
//	---@param opts? deploy_options
//	---@return integer servers
//	function app.deploy(version, opts) end
//
// The stub's name is the last part of what follows @meta, else the module's. The annotations are LuaLS's @alias @async @class @field
// @generic @meta @overload @param @return; anything else is an error, as is a parameter that is not described.
package stub

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/lull-lua/lull/interp"
)

// Index is what stubs say, in the order of the modules. It does not change, and may be used from any goroutine.
type Index struct {
	entries []Entry
	lua51   []Entry           // of Lua's own library, where it is as in Lua 5.1: they are found by name, and not listed
	titles  map[string]string // of the stubs
	files   map[string]string // for editors
}

//go:embed *.lua
var luaStubs embed.FS

// luaLibrary are the stubs of Lua's own library, which every runtime has; editors know of it what luaKnown describes.
var luaLibrary = []string{"bit", "string", luaKnown}

const (
	luaKnown = "lua"
	luaPlain = "lua51"   // names the stub of all that is as in Lua 5.1
	globals  = "globals" // names the stub of a module of globals that does not name itself
)

// Of reads the stubs of modules, such as [interp.Runtime.Modules] gives, and those of Lua's own library. Where a stub is none, the
// error says why, and the index has those of the others.
func Of(modules []interp.Module) (*Index, error) {
	own := lua()
	x := &Index{entries: own.entries, lua51: own.lua51, titles: maps.Clone(own.titles), files: maps.Clone(own.files)}
	var all []Entry
	var errs []error
	for _, m := range modules {
		if m.Stub == "" {
			continue
		}
		entries, err := x.add(cmp.Or(m.Name, globals), m.Stub)
		if err != nil {
			errs = append(errs, fmt.Errorf("the stub of module %q: %w", m.Name, err))
		}
		all = append(all, entries...)
	}
	x.entries = append(all, own.entries...)
	return x, errors.Join(errs...)
}

// lua is the index of Lua's own library. Its stubs are part of the program, and a test parses them.
var lua = sync.OnceValue(func() *Index {
	x := &Index{titles: map[string]string{}, files: map[string]string{}}
	read := func(name string) []Entry {
		src, err := luaStubs.ReadFile(name + ".lua")
		if err != nil {
			panic("stub: " + err.Error())
		}
		entries, err := x.add(name, string(src))
		if err != nil {
			panic("stub: " + name + ".lua: " + err.Error())
		}
		return entries
	}
	for _, name := range luaLibrary {
		x.entries = append(x.entries, read(name)...)
	}
	x.lua51 = read(luaPlain)
	delete(x.files, luaKnown+".lua")
	delete(x.files, luaPlain+".lua")
	return x
})

// add takes a stub in. Its name is the last part of what follows ---@meta, else that of its module.
func (x *Index) add(name, src string) ([]Entry, error) {
	p, err := parse(name, src)
	if err != nil {
		return nil, err
	}
	file := p.table
	for n := 2; x.titles[file] != ""; n++ { // two modules may have the same name
		file = p.table + strconv.Itoa(n)
	}
	for i := range p.out {
		p.out[i].Table = file
	}
	x.titles[file], x.files[file+".lua"] = p.title, src
	return p.out, nil
}

// Files are the stubs that an editor needs, by the names of their files. It knows most of Lua's own library itself.
func (x *Index) Files() map[string]string { return maps.Clone(x.files) }

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
	Table     string    `json:"table"`               // the stub: "core", "task"...
	Signature string    `json:"signature,omitempty"` // "sleep(seconds [, value])"
	Doc       string    `json:"doc,omitempty"`       // paragraphs, one a line
	Async     bool      `json:"async,omitempty"`     // it is a checkpoint
	Params    []Param   `json:"params,omitempty"`
	Returns   []Param   `json:"returns,omitempty"`
	Fields    []Param   `json:"fields,omitempty"` // of a class; the values of an alias
	Overloads []string  `json:"overloads,omitempty"`
	Examples  []Example `json:"examples,omitempty"`

	class string // of a method
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

// All are the entries, in the order of the stubs, but for functions of Lua's own that are as in Lua 5.1: Lookup finds those.
func (x *Index) All() []Entry { return slices.Clone(x.entries) }

// known are the entries that Lookup finds, those of All first.
func (x *Index) known() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, entries := range [][]Entry{x.entries, x.lua51} {
			for _, e := range entries {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Chapter are the entries of one stub, by the name of its table.
func (x *Index) Chapter(table string) (entries []Entry) {
	for _, e := range x.entries {
		if e.Table == table {
			entries = append(entries, e)
		}
	}
	return entries
}

// Chapters are the stubs, by the names of their tables, each with its title, in the order of their entries.
func (x *Index) Chapters() iter.Seq2[string, string] {
	return func(yield func(table, title string) bool) {
		last := ""
		for _, e := range x.entries {
			if e.Table != last {
				if last = e.Table; !yield(last, x.titles[last]) {
					return
				}
			}
		}
	}
}

// Lookup finds an entry by its name: "sleep", "task.map", "task:cancel". A last part alone, such as "cancel", will do
// where nothing has it as its whole name; then every entry that ends so is returned.
func (x *Index) Lookup(name string) []Entry {
	var whole, last []Entry
	for e := range x.known() {
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
