package vm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// slip is what an error of the interpreter's own is about, as far as more can be said of it than the message does.
type slip struct {
	text  string // of the error
	say   string // to write instead; "": a name has no value
	name  string
	table *lua.LTable // where it was looked for
	of    lua.LValue  // what it was looked for in: the table, or what has the table for its methods
	env   *lua.LTable // the globals
}

// Advice is what may be meant by what an error is about.
type Advice struct {
	Text   string // "did you mean 'gather'?", or ""
	Global string // the global that has no value, or "": a local may be meant, too
	Near   string // the name in Text, if it is there because it looks like Global
}

// Advice is for the person that reads the error, and no part of what a script sees; nil: there is none. Before it looks into global tables
// it has them completed.
func (r *Raised) Advice(complete func()) *Advice {
	s := r.slip
	switch {
	case s == nil:
		return nil
	case s.say != "":
		return &Advice{Text: s.say}
	}
	complete()
	if s.table == s.env {
		return s.global()
	}
	return &Advice{Text: s.field()}
}

// global is advice about a global.
func (s *slip) global() *Advice {
	a := &Advice{Global: s.name}
	if a.Text = elsewhere()[s.name]; a.Text != "" {
		return a
	}
	if a.Text = didYouMean(s.inTables()...); a.Text != "" {
		return a
	}
	if a.Near = Nearest(s.name, keys(s.env)); a.Near != "" {
		a.Text = didYouMean(a.Near)
	}
	return a
}

// inTables are the fields of that name of global tables: "math.floor".
func (s *slip) inTables() []string {
	var found []string
	for name := range keys(s.env) {
		if t, ok := Field(s.env, name).(*lua.LTable); ok && t != s.env && Field(t, s.name).Type() == lua.LTFunction {
			found = append(found, name+"."+s.name)
		}
	}
	slices.Sort(found)
	return found[:min(len(found), 3)]
}

// field is advice about a field or a method.
func (s *slip) field() string {
	if same := s.synonym(s.name); same != "" {
		return didYouMean(same)
	}
	if near := Nearest(s.name, keys(s.table)); near != "" {
		return didYouMean(near)
	}
	if same := s.synonym(Nearest(s.name, maps.Keys(synonyms()))); same != "" {
		return didYouMean(same)
	}
	if t, ok := s.of.(*lua.LTable); ok && slices.Contains([]string{"length", "size", "count", "len"}, s.name) && !s.library() {
		return "the length of a list t is #t"
	} else if lib, found := Field(s.env, "table").(*lua.LTable); ok && found && t != lib && !s.library() && Field(lib, s.name).Type() == lua.LTFunction {
		return fmt.Sprintf("write table.%s(t, ...)", s.name)
	}
	if s.library() {
		if Field(s.env, s.name).Type() == lua.LTFunction {
			return didYouMean(s.name)
		}
		if found := s.inTables(); len(found) > 0 {
			return didYouMean(found...)
		}
	}
	return thereAre(slices.Sorted(keys(s.table)))
}

// synonym is what others call by that name: a field, or a global function where a global table has none.
func (s *slip) synonym(name string) string {
	words := strings.Fields(synonyms()[name])
	for _, word := range words {
		if slices.Contains(slices.Collect(keys(s.table)), word) {
			return word
		}
	}
	if len(words) > 0 && s.library() {
		for _, word := range words {
			if Field(s.env, word).Type() == lua.LTFunction {
				return word
			}
		}
	}
	return ""
}

// library reports whether the name was looked for in a global table.
func (s *slip) library() bool {
	for name := range keys(s.env) {
		if Field(s.env, name) == lua.LValue(s.table) {
			return true
		}
	}
	return false
}

func didYouMean(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return "did you mean '" + strings.Join(names, "' or '") + "'?"
}

// How many names are listed, and how long the list may be.
const (
	maxListed = 40
	maxList   = 400
)

// thereAre lists names, if they are few enough to be read.
func thereAre(names []string) string {
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "_") || !isWord(name) })
	list := strings.Join(names, ", ")
	if len(names) == 0 || len(names) > maxListed || len(list) > maxList {
		return ""
	}
	return "there are: " + list
}

func isWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

// note keeps what an error of that text is about: op was to be done to v, which is in register reg of the frame (below 0: in
// none).
func (m *Machine) note(text, op string, v lua.LValue, cf *callFrame, reg int) {
	m.slip = nil
	if op == "call" && isLoop(cf) {
		switch v.Type() {
		case lua.LTTable:
			m.slip = &slip{text: text, say: "write: for i, v in ipairs(t) do, or: for key, v in pairs(t) do"}
		case lua.LTNumber:
			m.slip = &slip{text: text, say: "write: for i = 1, n do"}
		case lua.LTNil, lua.LTString:
			m.slip = &slip{text: text, say: "for ... in wants an iterator, such as pairs(t)"}
		}
		return
	}
	if !isNil(v) {
		if say := m.instead(op, v, cf); say != "" {
			m.slip = &slip{text: text, say: say}
		}
		return
	}
	if reg < 0 {
		return
	}
	kind, name, pc := origin(cf, reg)
	if name == "?" { // no constant
		return
	}
	inst := cf.Fn.Proto.Code[max(pc, 0)]
	var of lua.LValue
	switch kind {
	case "global":
		of = cf.Fn.Env
	case "field":
		of = m.valueOf(cf, int(inst&0x1ff), pc)
	case "method": // SELF has put it behind the function
		of = m.cur.reg.array[cf.LocalBase+int(inst>>18)&0xff+1]
	}
	t := of
	if t != nil && t.Type() != lua.LTTable {
		t = m.cur.metamethod(t, "__index") // the methods of a string, a task, a queue
	}
	if t, ok := t.(*lua.LTable); ok {
		m.slip = &slip{text: text, name: name, table: t, of: of, env: cf.Fn.Env}
	}
}

// noteOrder is note for an error about comparing a number with a text.
func (m *Machine) noteOrder(text string) {
	m.slip = &slip{text: text, say: "tonumber(s) makes a number of a text"}
}

// instead is what one does instead of an operation that v does not bear.
func (m *Machine) instead(op string, v lua.LValue, cf *callFrame) string {
	inst := cf.Fn.Proto.Code[max(cf.Pc-1, 0)]
	switch t := v.Type(); {
	case op == "perform arithmetic on" && codegen.Base(int(inst>>26)) == lua.OP_ADD && t == lua.LTString:
		return "texts are joined by .."
	case op == "perform arithmetic on" && codegen.Base(int(inst>>26)) == lua.OP_MOD && t == lua.LTString:
		return "values are put into a text by (\"%s\"):format(...)"
	case t == lua.LTUserData && m.cfg.Instead != nil:
		return m.cfg.Instead(v)
	case op == "concatenate" && (t == lua.LTBool || t == lua.LTTable || t == lua.LTFunction):
		return "tostring(v) makes a text of it"
	}
	return ""
}

// synonyms are what others call what a field or a method of Lull's does; the first that is there is meant.
var synonyms = sync.OnceValue(func() map[string]string {
	return map[string]string{
		// of queues, locks, events, tasks
		"push": "put insert", "send": "put", "enqueue": "put", "offer": "try_put", "put_nowait": "try_put", "add": "put insert set",
		"pop": "get remove", "take": "get", "recv": "get", "receive": "get", "dequeue": "get", "shift": "get", "poll": "try_get", "get_nowait": "try_get",
		"qsize": "size", "length": "size len", "len": "size", "count": "size", "join": "drain concat", "empty": "size", "iter": "items", "each": "items",
		"lock": "acquire", "enter": "acquire", "unlock": "release", "leave": "release", "signal": "notify set", "broadcast": "notify_all", "notifyAll": "notify_all",
		"notify_one": "notify", "fire": "set", "trigger": "set", "notify": "set", "reset": "clear", "wait": "await acquire join", "kill": "cancel",
		"abort": "cancel", "stop": "cancel close", "interrupt": "cancel", "is_done": "done", "finished": "done", "is_cancelled": "cancelled", "canceled": "cancelled",
		"exception": "error", "get_name": "name", "set_name": "name", "set_result": "result", "is_locked": "locked", "isSet": "is_set", "is_closed": "closed",
		"create_task": "spawn", "start_soon": "spawn", "start": "spawn", "go": "spawn", "run": "spawn",
		// of the tables task and sync
		"mutex": "lock", "Lock": "lock", "channel": "queue", "chan": "queue", "Queue": "queue", "sem": "semaphore", "Event": "event", "cond": "condition",
		"rate_limiter": "limiter", "ratelimit": "limiter", "rate": "limiter", "latch": "barrier", "interval": "every", "periodic": "every", "foreach": "each map",
		"first": "any", "self": "current", "list": "all", "pool": "map", "parallel": "map", "background": "daemon", "timeout": "move_on_after",
		"completed": "as_completed", "with_retry": "retry",
		// of Lua's own
		"substring": "sub", "substr": "sub", "slice": "sub", "replace": "gsub", "replaceAll": "gsub", "contains": "find", "includes": "find", "indexOf": "find",
		"index": "find", "search": "find", "matchAll": "gmatch", "findall": "gmatch", "toUpperCase": "upper", "toLowerCase": "lower", "strip": "trim",
		"charCodeAt": "byte", "ord": "byte", "chr": "char", "repeat": "rep", "append": "insert put", "sorted": "sort", "exec": "execute", "system": "execute",
		"unlink": "remove", "move": "rename", "env": "getenv", "environ": "getenv", "rand": "random", "round": "floor", "truncate": "floor",
		"readline": "read", "readlines": "lines", "print": "write", "printf": "format", "sprintf": "format",
	}
})

// elsewhere are names that other languages have, and that have no value in Lua: what it has instead.
var elsewhere = sync.OnceValue(func() map[string]string {
	words := map[string]string{
		"null": "nil", "None": "nil", "undefined": "nil", "nullptr": "nil", "NULL": "nil", "Nil": "nil", "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
		"str": "tostring", "String": "tostring", "int": "tonumber", "float": "tonumber", "Number": "tonumber", "parseInt": "tonumber", "parseFloat": "tonumber",
		"typeof": "type", "isinstance": "type", "println": "print", "puts": "print", "echo": "print", "console": "print", "fmt": "print", "import": "require",
		"throw": "error", "raise": "error", "panic": "error", "exit": "os.exit", "quit": "os.exit", "input": "io.read", "open": "io.open", "fopen": "io.open",
		"go": "spawn", "create_task": "spawn", "ensure_future": "spawn", "Promise": "gather", "setTimeout": "sleep", "delay": "sleep", "timeout": "wait_for",
		"setInterval": "task.every", "defer": "finally", "printf": "string.format", "sprintf": "string.format", "append": "table.insert", "push": "table.insert",
		"join": "table.concat", "Queue": "sync.queue", "Lock": "sync.lock", "Mutex": "sync.lock", "Semaphore": "sync.semaphore", "Event": "sync.event",
		"queue": "sync.queue", "channel": "sync.queue", "lock": "sync.lock", "random": "math.random", "getenv": "os.getenv", "system": "os.execute", "exec": "os.execute",
		"map": "task.map", "argv": "arg", "args": "arg",
	}
	out := map[string]string{
		"len": "the length of x is #x", "range": "a loop is: for i = 1, 10 do ... end", "enumerate": "a loop is: for i, v in ipairs(t) do ... end",
		"try": "errors are caught by pcall(f)", "catch": "errors are caught by pcall(f)", "asyncio": "sleep, gather, wait_for and the others are globals: see lull doc",
		"dict": "a table is written { key = value }", "list": "a list is written { 1, 2, 3 }", "this": "a method is function t:f() ... end, with self",
	}
	for word, name := range maps.All(words) {
		out[word] = didYouMean(name)
	}
	return out
})
