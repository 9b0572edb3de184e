package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/internal/parser"
	"github.com/lull-lua/lull/interp/stub"
)

// target is what a call calls, as far as the text tells.
type target struct {
	builtin string            // the whole name: "task.map"
	fn      *ast.FunctionExpr // a function of the text's
	async   bool              // what async makes: it returns a job
}

// maxSteps bounds how many names for the same value are followed.
const maxSteps = 10

// resolve follows an expression to what it names. The zero target is unknown.
func (f *file) resolve(e ast.Expr, steps int) (t target) {
	if steps > maxSteps {
		return t
	}
	switch e := e.(type) {
	case *parser.ParenExpr:
		return f.resolve(e.Expr, steps+1)
	case *ast.FunctionExpr:
		return target{fn: e}
	case *ast.IdentExpr:
		if v := f.variable(e); v != nil && (f.c.bound[e] != nil || v.sets > 0) {
			return f.valueOf(v, steps)
		}
		if f.builtin(e.Value) {
			return target{builtin: e.Value}
		}
	case *ast.AttrGetExpr:
		key, ok := e.Key.(*ast.StringExpr)
		if !ok {
			return t
		}
		if name, ok := e.Object.(*ast.IdentExpr); ok {
			if v := f.variable(name); v != nil && v.fields[key.Value] != nil {
				return f.valueOf(v.fields[key.Value], steps)
			}
		}
		if table := f.resolve(e.Object, steps+1).builtin; table != "" && !strings.Contains(table, ".") {
			return target{builtin: table + "." + key.Value}
		}
	case *ast.FuncCallExpr:
		if made := f.resolve(e.Func, steps+1).builtin; e.Func != nil && made != "" {
			if entry := f.c.library.functions[made]; len(entry.Returns) > 0 && strings.HasPrefix(entry.Returns[0].Type, "fun(") && strings.HasSuffix(entry.Returns[0].Type, ": job") {
				return target{async: true}
			}
		}
	}
	return t
}

// variable is what a name stands for; nil for a global that nothing sets.
func (f *file) variable(e *ast.IdentExpr) *variable {
	if v := f.c.bound[e]; v != nil {
		return v
	}
	return f.c.globals[e.Value]
}

// valueOf is what a variable stands for that is set once.
func (f *file) valueOf(v *variable, steps int) target {
	if v.sets != 1 || v.value == nil || v.kind == argument || v.kind == loop {
		return target{}
	}
	return f.resolve(v.value, steps+1)
}

// result is what is known of the first value of a call.
type result struct {
	known   bool
	nothing bool   // there is none
	types   string // as a stub has them; "plain" is what plainValue has, "list" if a table is among it
}

// resultOf is what a call returns.
func (f *file) resultOf(e *ast.FuncCallExpr) result { return f.resultIn(e, 0) }

func (f *file) resultIn(e *ast.FuncCallExpr, steps int) result {
	if e.Func == nil || steps > maxSteps {
		return result{}
	}
	switch t := f.resolve(e.Func, 0); {
	case t.async:
		return result{known: true, types: "job"}
	case t.builtin != "":
		entry, ok := f.c.library.functions[t.builtin]
		if !ok {
			return result{}
		}
		if len(entry.Overloads) > 0 {
			return result{}
		}
		if len(entry.Returns) == 0 {
			return result{known: true, nothing: true}
		}
		types := entry.Returns[0].Type
		if i := slices.IndexFunc(entry.Params, func(p stub.Param) bool { return p.Type == types }); generic(types) && i >= len(e.Args) {
			return result{known: true, nothing: true} // the value that it would return was not given
		}
		return result{known: true, types: types}
	case t.fn != nil:
		r := f.c.results[t.fn]
		if r == nil || !r.any {
			return result{known: r != nil, nothing: r != nil}
		}
		for _, v := range r.values {
			if call, ok := v.(*ast.FuncCallExpr); ok {
				if r := f.resultIn(call, steps+1); r.nothing || r.known && !f.c.library.mayBe(r.types, callable...) {
					continue
				}
			}
			if !plainValue(v) {
				return result{}
			}
		}
		if slices.ContainsFunc(r.values, func(v ast.Expr) bool { _, ok := v.(*ast.TableExpr); return ok }) {
			return result{known: true, types: "list"}
		}
		return result{known: true, types: "plain"}
	}
	return result{}
}

// callable are the types of what may be called or awaited.
var callable = []string{"function", "thread", "table", "task", "job", "awaitable"}

// plainValue reports whether an expression's value is a number, a string, a boolean or a new table: nothing that could be called.
func plainValue(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.NumberExpr, *ast.StringExpr, *ast.TrueExpr, *ast.FalseExpr, *ast.NilExpr, *ast.TableExpr, *ast.ArithmeticOpExpr,
		*ast.StringConcatOpExpr, *ast.RelationalOpExpr, *ast.UnaryNotOpExpr, *ast.UnaryMinusOpExpr, *ast.UnaryLenOpExpr:
		return true
	case *parser.ParenExpr:
		return plainValue(e.Expr)
	}
	return false
}

// checkStatement looks at a call whose results nobody takes.
func (f *file) checkStatement(e *ast.FuncCallExpr) {
	r := f.resultOf(e)
	at := f.chunk.Spans[e].From
	switch {
	case r.known && r.types == "job":
		f.tell(at, UnusedJob, "the job that '%s' returns never runs: await(%s) runs it, spawn(%s) runs it beside", f.short(e.Func), f.short(e), f.short(e))
	case e.Func != nil && f.resolve(e, 0).async:
		f.tell(at, UnusedJob, "the function that '%s' returns is not used, so that nothing runs", f.short(e.Func))
	}
}

// maxShown is how long the part of a text is that a message shows.
const maxShown = 40

// short is an expression as it is written, for a message.
func (f *file) short(e ast.Expr) string {
	text := f.text(e)
	if line, _, more := strings.Cut(text, "\n"); more || len(text) > maxShown {
		text = strings.ToValidUTF8(line[:min(len(line), maxShown)], "") + "..."
	}
	return text
}

// checkCall looks at the arguments of a call of the library's.
func (f *file) checkCall(e *ast.FuncCallExpr) {
	var entry stub.Entry
	args := e.Args
	switch {
	case e.Receiver != nil: // a method of a string that stands there
		object := e.Receiver
		if p, ok := object.(*parser.ParenExpr); ok {
			object = p.Expr
		}
		if _, ok := object.(*ast.StringExpr); !ok || !f.builtin("string") {
			return
		}
		entry = f.c.library.functions["string."+e.Method]
		args = append([]ast.Expr{object}, args...)
	default:
		t := f.resolve(e.Func, 0)
		if t.builtin == "" || f.silence.globals[strings.Split(t.builtin, ".")[0]] {
			return
		}
		entry = f.c.library.functions[t.builtin]
	}
	if entry.Name == "" {
		return
	}
	f.checkCount(e, entry, args)
	for i, a := range args {
		if t, ok := a.(*ast.TableExpr); ok {
			f.checkOptions(entry, entry.TypesAt(i), t)
			f.checkList(e, entry, entry.TypesAt(i), t)
			continue
		}
		if len(entry.Params) == 0 {
			continue
		}
		p := entry.Params[min(i, len(entry.Params)-1)]
		call, ok := a.(*ast.FuncCallExpr)
		if !ok || i >= len(entry.Params) && p.Name != "..." {
			continue
		}
		f.checkEarly(e, entry, p, call)
	}
}

// checkCount looks at how many arguments there are.
func (f *file) checkCount(e *ast.FuncCallExpr, entry stub.Entry, args []ast.Expr) {
	n := len(args)
	open := n > 0 && several(args[n-1])
	if open {
		n-- // it may be none, or many
	}
	so, more := entry.Takes(n)
	if so || open && more {
		return
	}
	what := "too many"
	if more {
		what = "too few"
	}
	f.tell(f.chunk.Spans[e].From, ArgumentCount, "%s arguments (%s): %s", what, counted(n, open), signature(entry))
}

func counted(n int, open bool) string {
	if open {
		return fmt.Sprintf("at least %d", n)
	}
	return fmt.Sprint(n)
}

// signature is how a function is called.
func signature(e stub.Entry) string {
	if e.Signature != "" {
		return e.Signature
	}
	var names []string
	for _, p := range e.Params {
		if p.Optional {
			p.Name = "[" + p.Name + "]"
		}
		names = append(names, p.Name)
	}
	return e.Name + "(" + strings.Join(names, ", ") + ")"
}

// checkOptions looks at the names in a literal table of options.
func (f *file) checkOptions(entry stub.Entry, types string, t *ast.TableExpr) {
	names := f.c.library.options(types)
	if names == nil {
		return
	}
	for _, field := range t.Fields {
		key, ok := field.Key.(*ast.StringExpr)
		if !ok || names[key.Value] {
			continue
		}
		known := slices.Values(slices.Sorted(maps.Keys(names)))
		f.tell(f.keyPlace(t, field), UnknownOption, "'%s' has no option '%s'%s", entry.Name, key.Value, meant(interp.Nearest(key.Value, known), ""))
	}
}

// keyPlace is where a field's value stands, or the table: the parser does not say where its name does.
func (f *file) keyPlace(t *ast.TableExpr, field *ast.Field) int {
	if span, ok := f.chunk.Spans[field.Value]; ok {
		before := strings.TrimRight(f.chunk.Text[:span.From], " \t\r\n=")
		if key, ok := field.Key.(*ast.StringExpr); ok && strings.HasSuffix(before, key.Value) {
			return len(before) - len(key.Value)
		}
		return span.From
	}
	return f.chunk.Spans[t].From
}

// protected are the functions of Lua's own library whose first argument is called.
var protected = []string{"pcall", "xpcall"}

// checkEarly tells of a call whose result is given where the function is to be.
func (f *file) checkEarly(e *ast.FuncCallExpr, entry stub.Entry, p stub.Param, a *ast.FuncCallExpr) {
	first := len(e.Args) > 0 && e.Args[0] == ast.Expr(a)
	calls := slices.Contains(protected, entry.Name) && first
	wants := f.c.library.mayBe(p.Type, "awaitable", "function") && p.Type != "any" && !generic(p.Type)
	if !calls && !wants {
		return
	}
	r := f.resultOf(a)
	switch {
	case !calls && r.nothing && p.Optional, !calls && r.known && !r.nothing && f.c.library.mayBe(p.Type, strings.Split(r.types, "|")...): // it may be left out, or be what the call returns
		return
	case r.known && !r.nothing && f.c.library.mayBe(r.types, callable...):
		return
	case wants && !r.nothing && (r.types == "list" || strings.Contains(r.types, "[]") || f.c.library.mayBe(r.types, "table")): // of awaitables
		return
	case !r.known && (!calls || !f.makesNoFunction(a)):
		return
	}
	f.tell(f.chunk.Spans[a].From, CalledEarly, "'%s' is called before '%s', which gets what it returns: write %s", f.called(a), entry.Name, f.rewritten(e, entry, a, first))
}

// checkList looks at a literal list of what is to be called or awaited.
func (f *file) checkList(e *ast.FuncCallExpr, entry stub.Entry, types string, t *ast.TableExpr) {
	if !slices.Contains(strings.Split(types, "|"), "awaitable[]") {
		return
	}
	for _, field := range t.Fields {
		if a, ok := field.Value.(*ast.FuncCallExpr); ok && field.Key == nil {
			f.checkEarly(e, entry, stub.Param{Type: "awaitable"}, a)
		}
	}
}

// called is what a call calls, as it is written.
func (f *file) called(e *ast.FuncCallExpr) string {
	if e.Receiver != nil {
		return f.short(e.Receiver) + ":" + e.Method
	}
	return f.short(e.Func)
}

// makesNoFunction reports whether a call is one of a function of the text's that returns something, and never a function, or what has a
// name and might be one.
func (f *file) makesNoFunction(e *ast.FuncCallExpr) bool {
	t := f.resolve(e.Func, 0)
	if t.fn == nil || f.c.results[t.fn] == nil {
		return false
	}
	return !slices.ContainsFunc(f.c.results[t.fn].values, func(v ast.Expr) bool {
		switch v.(type) {
		case *ast.FunctionExpr, *ast.IdentExpr, *ast.AttrGetExpr, *ast.LogicalOpExpr, *ast.Comma3Expr, *parser.ParenExpr:
			return true
		}
		return false
	})
}

// rewritten is how what was meant is written: the function and its arguments, one by one, or a function around the call.
func (f *file) rewritten(e *ast.FuncCallExpr, entry stub.Entry, a *ast.FuncCallExpr, first bool) string {
	n := len(entry.Params)
	if !first || a.Receiver != nil || n < 2 || entry.Params[n-1].Name != "..." || entry.Params[0].Name == "..." || len(e.Args) != n-1 && len(a.Args) > 0 {
		return "function() return " + f.short(a) + " end"
	}
	parts := []string{f.short(a.Func)}
	for _, arg := range slices.Concat(e.Args[1:], a.Args) {
		parts = append(parts, f.short(arg))
	}
	return entry.Name + "(" + strings.Join(parts, ", ") + ")"
}
