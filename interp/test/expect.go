package test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// kindFailed is the kind of the error that an expectation raises which is not met.
const kindFailed interp.Kind = "expectation"

// expectation is what expect(v) and expect.no(v) return.
type expectation struct {
	v  interp.Value
	no bool
}

// Contents implements interp.Container.
func (e *expectation) Contents(yield func(interp.Value)) { yield(e.v) }

var expectationType = interp.Type{
	Name: "expectation",
	Of:   (*expectation)(nil),
	Methods: []interp.Def{
		{Name: "equal", Fn: isEqual},
		{Name: "is", Fn: isSame},
		{Name: "matches", Fn: matches},
		{Name: "contains", Fn: contains},
		{Name: "near", Fn: near},
		{Name: "truthy", Fn: truthy},
		{Name: "falsy", Fn: falsy},
		{Name: "has_type", Fn: hasType},
		{Name: "raises", Fn: raises},
		{Name: "takes", Fn: takes},
		{Name: "snapshot", Fn: snapshot},
	},
}

// expect is expect(v).
func expect(c *interp.Call) error { return newExpectation(c, false) }

// expectNo is expect.no(v).
func expectNo(c *interp.Call) error { return newExpectation(c, true) }

func newExpectation(c *interp.Call, no bool) error {
	if c.Len() == 0 {
		return c.ArgError(1, "value expected")
	}
	return c.Return(&expectation{v: c.Arg(1), no: no})
}

// want is the i-th argument, which must be there, though it may be nil.
func want(c *interp.Call, i int) (interp.Value, error) {
	if c.Len() < i {
		return interp.Value{}, c.ArgError(i, "value expected")
	}
	return c.Arg(i), nil
}

// unmet raises that the value is not as expected. differs is what is said where it is not, and same where it should not have been.
func (e *expectation) unmet(met bool, differs, same func() string) error {
	switch {
	case met && e.no:
		return interp.Errorf(kindFailed, "expected %s", same())
	case !met && !e.no:
		return interp.Errorf(kindFailed, "expected %s", differs())
	}
	return nil
}

// isEqual is e:equal(w).
func isEqual(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	w, err := want(c, 1)
	if err != nil {
		return err
	}
	eq := equality{c: c}
	met := eq.equal(e.v, w)
	if eq.err != nil {
		return eq.err
	}
	return e.unmet(met,
		func() string { return differ(w, e.v) },
		func() string { return "something else than " + brief(w) })
}

// differ says how a value differs from what is wanted: in a line, or as lines of a diff.
func differ(want, got interp.Value) string {
	a, b := linesIn(want), linesIn(got)
	if len(a) == 1 && len(b) == 1 {
		if a[0] == b[0] {
			return fmt.Sprintf("%s, got another one that looks the same", scalarOrTable(want))
		}
		if len(a[0]) > maxLine || len(b[0]) > maxLine {
			return around(a[0], b[0])
		}
		return a[0] + ", got " + b[0]
	}
	d := diff(a, b)
	if d == "\n  ..." || d == "" {
		return "an equal table; both look the same as far as they are shown, but hold functions or objects that are not, or differ further down"
	}
	return "them to be equal (- wanted, + got)" + d
}

func scalarOrTable(v interp.Value) string {
	if _, ok := v.Table(); ok {
		return show(v)
	}
	return scalar(v)
}

// linesIn are the lines of a value: those of a string of several lines are its own.
func linesIn(v interp.Value) []string {
	if s, ok := v.Text(); ok && v.Type() == "string" && strings.Contains(s, "\n") {
		lines := strings.Split(s, "\n")
		for i, line := range lines {
			lines[i] = visible(line)
		}
		if last := len(lines) - 1; lines[last] == "" {
			return lines[:last]
		} else {
			lines[last] += "\\ no line end"
		}
		return lines
	}
	return linesOf(v)
}

// visible is a line of a text as it is shown: quoted, where one would not see all of it.
func visible(line string) string {
	if strings.TrimRight(line, " \t") != line || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 127 || r == utf8.RuneError }) {
		return quoted(line)
	}
	return line
}

// brief is a value in a line.
func brief(v interp.Value) string {
	return short(strings.Join(strings.Fields(show(v)), " "), 200)
}

// equality compares values deeply. Tables are equal that have equal values under the same keys; keys that are tables, functions or
// objects are the same only to themselves. NaN equals NaN here.
type equality struct {
	c     *interp.Call
	seen  map[[2]any]bool
	spent int
	err   error
}

func (eq *equality) equal(a, b interp.Value) bool {
	if eq.spent++; eq.spent%4096 == 0 && eq.err == nil {
		eq.err = eq.c.Spend(64 * 4096)
	}
	if eq.err != nil {
		return false
	}
	x, ok1 := a.Table()
	y, ok2 := b.Table()
	if !ok1 || !ok2 {
		return same(a, b)
	}
	if x == y {
		return true
	}
	if eq.seen[[2]any{x, y}] { // they are being compared, around here
		return true
	}
	if len(eq.seen) > 10_000 && eq.spent > 50_000_000 {
		eq.err = interp.Errorf(interp.KindLimit, "equal: the tables are too large to be compared")
		return false
	}
	if eq.seen == nil {
		eq.seen = map[[2]any]bool{}
	}
	eq.seen[[2]any{x, y}] = true
	return eq.tables(x, y)
}

func (eq *equality) tables(x, y interp.Table) bool {
	count := 0
	for k, v := range x.All() {
		count++
		w := y.Get(k)
		if w.IsNil() && isCount(x, k) {
			count--
			continue
		}
		if w.IsNil() || !eq.equal(v, w) {
			return false
		}
	}
	for k := range y.All() {
		if !isCount(y, k) || !x.Get(k).IsNil() {
			count--
		}
	}
	return count == 0
}

// isCount reports whether a key is the n of a list of task.map, gather and the like that has a value in each of its places: then it says no more
// than the list does.
func isCount(t interp.Table, key interp.Value) bool {
	if s, ok := key.Text(); !ok || s != "n" || !t.IsList() {
		return false
	}
	n, ok := t.Field("n").Int()
	for i := 1; ok && i <= n; i++ {
		ok = !t.Index(i).IsNil()
	}
	return ok && n == t.Len()
}

// same is == without metamethods, by which NaN is itself.
func same(a, b interp.Value) bool {
	if a.Type() != b.Type() {
		return false
	}
	if x, ok := a.Number(); ok {
		y, _ := b.Number()
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	}
	return a.Same(b)
}

// isSame is e:is(w).
func isSame(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	w, err := want(c, 1)
	if err != nil {
		return err
	}
	return e.unmet(same(e.v, w), func() string {
		eq := equality{c: c}
		if eq.equal(e.v, w) {
			return fmt.Sprintf("the same %s, got another one that is equal to it", w.Type())
		}
		return brief(w) + ", got " + brief(e.v)
	}, func() string { return "something else than " + brief(w) })
}

// matches is e:matches(pattern).
func matches(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	pattern, err := c.Text(1)
	if err != nil {
		return err
	}
	text, ok := e.text(c)
	if !ok {
		return interp.Errorf(kindFailed, "expected a string, got %s", brief(e.v))
	}
	met, err := find(c, text, pattern)
	if err != nil {
		return err
	}
	return e.unmet(met,
		func() string {
			return "a match for " + quoted(pattern) + plainly(text, pattern) + ", got " + inLines(text)
		},
		func() string { return "no match for " + quoted(pattern) + ", got " + inLines(text) })
}

// plainly says what a pattern may have been meant for that does not match, though the text has it as it stands.
func plainly(text, pattern string) string {
	if !strings.Contains(text, pattern) {
		return ""
	}
	return " (which is there as it stands, but means something else as a pattern: write % before signs)"
}

// text is the value as text, if it has one: a string, a number, an error value.
func (e *expectation) text(c *interp.Call) (string, bool) {
	if text, ok := e.v.Text(); ok {
		return text, true
	}
	if err, ok := e.v.Object().(*interp.Error); ok {
		return err.Error(), true
	}
	return "", false
}

// inLines is a text as a message shows it: one of several lines below it.
func inLines(text string) string {
	if !strings.Contains(strings.TrimSuffix(text, "\n"), "\n") {
		return quoted(text)
	}
	return "\n  " + strings.ReplaceAll(strings.TrimSuffix(short(text, 4000), "\n"), "\n", "\n  ")
}

// find reports whether a pattern of Lua's is in a text.
func find(c *interp.Call, text, pattern string) (bool, error) {
	s, err := c.Value(text)
	if err != nil {
		return false, err
	}
	p, err := c.Value(pattern)
	if err != nil {
		return false, err
	}
	mt, _ := s.Metatable()
	methods, _ := mt.Field("__index").Table()
	vals, err := c.Call(methods.Field("find"), s, p)
	return err == nil && vals.Get(1).Truth(), err
}

// contains is e:contains(x): a piece of a string, an item of a list, or the entries of a table.
func contains(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	w, err := want(c, 1)
	if err != nil {
		return err
	}
	eq := equality{c: c}
	met, what := false, "an item "
	if text, ok := e.text(c); ok {
		piece, ok := w.Text()
		if !ok {
			return c.TypeError(1, "string")
		}
		return e.unmet(strings.Contains(text, piece),
			func() string { return quoted(piece) + " in it, got " + inLines(text) },
			func() string { return "no " + quoted(piece) + " in it, got " + inLines(text) })
	}
	t, ok := e.v.Table()
	if !ok {
		return interp.Errorf(kindFailed, "expected a table or a string, got %s", brief(e.v))
	}
	for i := 1; i <= t.Len() && !met && eq.err == nil; i++ {
		met = eq.equal(t.Index(i), w)
	}
	if part, ok := w.Table(); ok && !met && part.Len() == 0 {
		met, what = true, "the entries "
		for k, v := range part.All() {
			met = met && eq.equal(t.Get(k), v)
		}
	}
	if eq.err != nil {
		return eq.err
	}
	return e.unmet(met,
		func() string { return what + brief(w) + ", got " + inLines(show(e.v)) },
		func() string {
			return "no " + strings.TrimPrefix(what, "an ") + brief(w) + ", got " + inLines(show(e.v))
		})
}

// near is e:near(n, eps).
func near(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	n, err := c.Number(1)
	if err != nil {
		return err
	}
	eps, err := c.Number(2)
	if err != nil {
		return err
	}
	if !(eps >= 0) {
		return c.ArgError(2, "a distance of 0 or more expected, got "+c.Arg(2).String())
	}
	got, ok := e.v.Number()
	if !ok {
		return interp.Errorf(kindFailed, "expected a number, got %s", brief(e.v))
	}
	text := scalar(c.Arg(1)) + " ± " + scalar(c.Arg(2))
	return e.unmet(math.Abs(got-n) <= eps,
		func() string { return text + ", got " + scalar(e.v) },
		func() string { return "a number further from " + text + ", got " + scalar(e.v) })
}

// truthy is e:truthy().
func truthy(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	return e.unmet(e.v.Truth(), func() string { return "something true, got " + brief(e.v) }, func() string { return "nil or false, got " + brief(e.v) })
}

// falsy is e:falsy().
func falsy(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	return e.unmet(!e.v.Truth(), func() string { return "nil or false, got " + brief(e.v) }, func() string { return "something true, got " + brief(e.v) })
}

// hasType is e:has_type(t): Lua's name of a type, or that of an object's.
func hasType(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	t, err := c.Text(1)
	if err != nil {
		return err
	}
	is := e.v.Type()
	met := is == t
	if is == "userdata" {
		if mt, ok := e.v.Metatable(); ok {
			if name, ok := mt.Field("__metatable").Text(); ok {
				met = met || name == t
				is = name
			}
		}
	}
	if near := meantType(c, t); !met && near != "" {
		return c.ArgError(1, fmt.Sprintf("there is no type '%s', did you mean '%s'?", t, near))
	}
	return e.unmet(met,
		func() string { return "a " + t + ", got a " + is + ": " + brief(e.v) },
		func() string { return "no " + t + ", got " + brief(e.v) })
}

// meantType is the type that a name which is none comes near; "" if it is one, or comes near none.
func meantType(c *interp.Call, name string) string {
	known := []string{"nil", "boolean", "number", "string", "table", "function", "thread", "userdata"}
	for _, m := range c.Runtime().Modules() {
		for _, t := range m.Types {
			known = append(known, t.Name)
		}
	}
	if slices.Contains(known, name) {
		return ""
	}
	return interp.Nearest(name, slices.Values(known))
}

// function is the value, which must be a function.
func (e *expectation) function() error {
	if !e.v.IsFunction() {
		return interp.Errorf(interp.KindError, "a function expected, got %s: expect(function() ... end)", brief(e.v))
	}
	return nil
}

// isCancellation tells a cancellation that passes through from an error about one.
func isCancellation(err error) bool {
	e := (*interp.Error)(nil)
	return errors.Is(err, interp.ErrCancelled) && !errors.As(err, &e)
}

// raises is e:raises([pattern or fields]). It returns what was raised.
func raises(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	if err := e.function(); err != nil {
		return err
	}
	pattern, isText := c.Arg(1).Text()
	fields, isTable := c.Arg(1).Table()
	if !isText && !isTable && !c.Arg(1).IsNil() {
		return c.TypeError(1, "string or table")
	}
	vals, err := c.Call(e.v)
	if err != nil && isCancellation(err) {
		return err
	}
	if err == nil {
		if e.no {
			return c.ReturnValues(vals)
		}
		return interp.Errorf(kindFailed, "expected an error, and nothing was raised")
	}
	raised := c.Raised(err)
	is := (*interp.Error)(nil)
	if !errors.As(err, &is) {
		return err
	}
	met, differs, others := true, "", "" // fields that are not as wanted
	switch {
	case isText:
		if met, err = find(c, is.Error(), pattern); err != nil {
			return err
		}
		differs = "an error that matches " + quoted(pattern) + plainly(is.Error(), pattern)
	case isTable:
		eq := equality{c: c}
		for k, v := range fields.All() {
			name, _ := k.Text()
			got := c.ErrorField(is, name)
			if t, ok := raised.Table(); ok { // it is no error value
				got = t.Get(k)
			}
			if !eq.equal(got, v) && (name != "message" || !matchesText(c, got, v)) {
				met, others = false, others+fmt.Sprintf(", %s %s", name, brief(got))
			}
		}
		differs = "an error with " + brief(c.Arg(1))
	}
	switch {
	case met && e.no:
		return c.WithCause(interp.Errorf(kindFailed, "expected no error, got: %s", is.Error()), is)
	case !met && !e.no:
		return c.WithCause(interp.Errorf(kindFailed, "expected %s, got kind %s%s: %s", differs, quoted(string(is.Kind)), strings.TrimPrefix(others, ", kind "+quoted(string(is.Kind))), is.Error()), is)
	}
	return c.Return(raised)
}

// matchesText reports whether a text matches a pattern.
func matchesText(c *interp.Call, text, pattern interp.Value) bool {
	s, ok1 := text.Text()
	p, ok2 := pattern.Text()
	if !ok1 || !ok2 {
		return false
	}
	met, err := find(c, s, p)
	return err == nil && met
}

// takes is e:takes(s [, eps]).
func takes(c *interp.Call) error {
	e := interp.Self[*expectation](c)
	if err := e.function(); err != nil {
		return err
	}
	want, err := c.Seconds(1)
	if err != nil {
		return err
	}
	eps := time.Microsecond // of sums of fractions, which are no exact numbers
	if !c.Arg(2).IsNil() {
		if eps, err = c.Seconds(2); err != nil {
			return err
		}
	}
	began := c.Now()
	if _, err := c.Call(e.v); err != nil {
		return err
	}
	took := c.Now() - began
	met := (took - want).Abs() <= eps
	if w := interp.Local[local](c).w; w != nil && w.mess != nil { // what is late is so on purpose
		met = took >= want-eps
	}
	text := seconds(want)
	if eps != time.Microsecond {
		text += " ± " + seconds(eps)
	}
	return e.unmet(met,
		func() string { return fmt.Sprintf("it to take %s s, it took %s s", text, seconds(took)) },
		func() string { return fmt.Sprintf("it to take something else than %s s", text) })
}

func seconds(d time.Duration) string { return scalar(interp.Number(d.Seconds())) }
