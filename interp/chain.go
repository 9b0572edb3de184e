package interp

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Two things are attached to an error: its cause, which may have a cause of its own, and others beside it. Scripts
// raise the same error again and again, and each that passes attaches what it has, so that an error would come to be there many
// times over: at two places in each of n rounds it would be told 2^n times. Hence an error that is there already is not attached
// again, and whatever goes through errors is a loop with a bound, which meets each once.

const (
	maxChain = 100  // causes behind an error; what would be more is left out, and counted
	maxWalk  = 1000 // errors that are looked at to find out what is attached already
)

// origin is what a copy was made of, to attach something to it.
func (e *Error) origin() *Error {
	if e.first != nil {
		return e.first
	}
	return e
}

// copy is one to attach something to. Any other value that was raised becomes an error value with the same text.
func (e *Error) copy() *Error {
	w := *e
	w.ud, w.reported, w.first = nil, false, e.origin()
	if e.raw() {
		w.boxed = true
		if e.Msg == noText(e.Value.lv) {
			w.Msg = vm.ValueText(e.Value.lv)
		}
	}
	return &w
}

// alone is a copy without anything attached.
func (e *Error) alone() *Error {
	w := e.withoutOthers()
	if w.behind != nil {
		w = w.copy()
		w.behind, w.worded = nil, false
	}
	return w
}

func (e *Error) withoutOthers() *Error {
	if len(e.Others) == 0 {
		return e
	}
	w := e.copy()
	w.Others = nil
	return w
}

// chain is e and its causes.
func (e *Error) chain() []*Error {
	var list []*Error
	for ; e != nil && len(list) <= maxChain; e = e.Cause() {
		list = append(list, e)
	}
	return list
}

// link makes each of the errors the cause of the one before it, and returns the first. Where they are too many, one that says so
// takes the place of those before the last.
func link(list []*Error) *Error {
	last := len(list) - 1
	if last > maxChain {
		n := 0
		for _, e := range list[maxChain-1 : last] {
			n += max(1, e.leftOut)
		}
		gap := &Error{Kind: KindError, Msg: fmt.Sprintf("%d causes are left out here", n), rt: list[last].rt, leftOut: n}
		list = append(list[:maxChain-1:maxChain-1], gap, list[last])
	}
	slices.Reverse(list)
	next := list[0]
	for _, e := range list[1:] {
		if e.behind != next {
			e = e.copy()
			e.behind = next
		}
		next = e
	}
	return next
}

// part is an error among those that are attached to one.
type part struct {
	e      *Error
	beside bool // it is one of the others, or attached to one of them
	cause  bool // of the one before it
}

// walk calls yield for the error and all that is attached to it, see Attached.
func (e *Error) walk(yield func(part) bool) {
	met, told := map[*Error]bool{}, map[*Error]bool{} // a copy may have more attached than what was told of
	for next := []part{{e: e}}; len(next) > 0; {
		p := next[len(next)-1]
		next = next[:len(next)-1]
		if p.e == nil || met[p.e] {
			continue
		}
		met[p.e] = true
		if first := p.e.origin(); !told[first] {
			told[first] = true
			if !yield(p) {
				return
			}
		}
		for _, o := range slices.Backward(p.e.Others) {
			next = append(next, part{e: o, beside: true})
		}
		next = append(next, part{p.e.Cause(), p.beside, true})
	}
}

// known are errors that need not be attached any more.
type known struct {
	origins map[*Error]bool
	raised  map[any]bool // what was raised, of an error and its causes
}

// knownTo is e, and what is attached to it.
func knownTo(e *Error) *known {
	k := &known{map[*Error]bool{}, map[any]bool{}}
	n := 0
	for p := range e.walk {
		if n++; n > maxWalk {
			break
		}
		k.add(p)
	}
	return k
}

// what says what was raised, where that is the same though it was raised twice: a value of Lua, or a cancellation.
func (e *Error) what() any {
	if c, ok := e.cause.(*sched.Cancelled); ok {
		return cancelledAs{c, e.Msg}
	}
	if v := e.Value.lv; v != nil {
		return v
	}
	return nil
}

// cancellation reports whether e only says that the task was being cancelled which raised what e stands behind: alone it is no
// error.
func (e *Error) cancellation() bool {
	_, ok := e.cause.(*sched.Cancelled)
	return ok && len(e.Frames) == 0
}

// unwinding reports whether e was raised while its task unwound for a cancellation.
func (e *Error) unwinding() bool {
	for n := 0; e.behind != nil && n < maxWalk; n++ {
		if e = e.behind; e.cancellation() {
			return true
		}
	}
	return false
}

type cancelledAs struct {
	by  *sched.Cancelled
	msg string
}

func (k *known) add(p part) {
	k.origins[p.e.origin()] = true
	if what := p.e.what(); what != nil && !p.beside {
		k.raised[what] = true
	}
}

// has reports whether an error is known. Two others may be the same by chance, and are two.
func (k *known) has(p part) bool {
	return k.origins[p.e.origin()] || !p.beside && k.raised[p.e.what()]
}

// news are the parts of an error, which is to be attached, that are not known; all says that none is. They are known afterwards.
func (k *known) news(e *Error, beside bool) (parts []part, all bool) {
	n := 0
	all = true
	for p := range e.walk {
		if n++; n > maxWalk {
			break
		}
		if p.beside = p.beside || beside; k.has(p) {
			all = false
		} else {
			parts = append(parts, p)
		}
	}
	for _, p := range parts {
		k.add(p)
	}
	return parts, all
}

// with returns e with others attached.
func (e *Error) with(others []*Error) *Error {
	if len(others) == 0 {
		return e
	}
	k := knownTo(e)
	list := slices.Clip(e.Others)
	for _, o := range others {
		parts, all := k.news(o, true)
		if all {
			list = append(list, o)
			continue
		}
		for _, p := range parts {
			if !p.e.cancellation() {
				list = append(list, p.e.alone())
			}
		}
	}
	if len(list) == len(e.Others) {
		return e
	}
	w := e.copy()
	w.Others = list
	return w
}

// causedBy returns e with the error behind it attached, at the end of the chain of causes that e may have.
func (e *Error) causedBy(cause *Error) *Error {
	parts, all := knownTo(e).news(cause, false)
	if len(parts) == 0 {
		return e
	}
	list := e.chain()
	if all {
		return link(append(list, cause.chain()...))
	}
	var others []*Error
	for _, p := range parts {
		switch {
		case p.e.cancellation():
		case p.beside:
			others = append(others, p.e.alone())
		default:
			list = append(list, p.e.alone())
		}
	}
	w := link(list)
	if len(others) > 0 {
		if w == e {
			w = e.copy()
		}
		w.Others = append(slices.Clip(w.Others), others...)
	}
	return w
}

// Unwrap lists what stands behind the error: in Go, in Lua, and behind that in turn, each once, for errors.Is and errors.As. The
// others, see Others, are not in it.
func (e *Error) Unwrap() []error {
	var list []error
	met := map[error]bool{e: true}
	for next := e.directly(); len(next) > 0; {
		err := next[0]
		next = next[1:]
		if err == nil {
			continue
		}
		if reflect.ValueOf(err).Comparable() {
			if met[err] {
				continue
			}
			met[err] = true
		}
		if len(list) == maxWalk {
			return append(list, errMore)
		}
		list = append(list, &single{err})
		switch x := err.(type) {
		case *Error:
			next = append(next, x.directly()...)
		case interface{ Unwrap() error }:
			next = append(next, x.Unwrap())
		case interface{ Unwrap() []error }:
			next = append(next, x.Unwrap()...)
		}
	}
	return list
}

var errMore = fmt.Errorf("interp: more than %d errors stand behind this one", maxWalk)

// directly are the errors just behind e.
func (e *Error) directly() []error {
	if e.behind == nil {
		return []error{e.cause}
	}
	return []error{e.cause, e.behind}
}

// single is an error without what stands behind it.
type single struct{ err error }

func (s *single) Error() string { return s.err.Error() }

// Is reports whether it is target.
func (s *single) Is(target error) bool {
	if reflect.TypeOf(target).Comparable() && s.err == target {
		return true
	}
	is, ok := s.err.(interface{ Is(error) bool })
	return ok && is.Is(target)
}

// As is what errors.As does with one error.
func (s *single) As(target any) bool {
	to := reflect.ValueOf(target).Elem()
	if reflect.TypeOf(s.err).AssignableTo(to.Type()) {
		to.Set(reflect.ValueOf(s.err))
		return true
	}
	as, ok := s.err.(interface{ As(any) bool })
	return ok && as.As(target)
}
