package step

import (
	"strconv"

	"github.com/lull-lua/lull/interp"
)

// recorded is where the steps of a runtime are recorded.
type recorded struct{ j *Journal }

// ID is, for a builtin of a host's, an id of what it leaves with somebody else, so that it finds that again when the step that calls it is run again: the step's
// key, and for those that follow in the same step key_2, key_3. The builtin calls release when it ends. Outside of steps, and without a journal, the id is "". Two at
// once in one step are an error, which names the option that the script may give: nobody could tell them apart afterwards.
func ID(c *interp.Call, option string) (id string, release func(), err error) {
	j := interp.Local[recorded](c).j
	if j == nil {
		return "", func() {}, nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	cl, _ := j.innermost(c.Task())
	if cl == nil {
		return "", func() {}, nil
	}
	if cl.idOf != "" {
		return "", nil, interp.Errorf(interp.KindError, "step '%s': '%s' is under way in it already, and when it is run again nobody could tell the two apart: give each an id of its own, such as %s = s.key .. '_a'", cut(cl.name), cl.idOf, option)
	}
	cl.ids++
	cl.idOf, id = c.Name(), keyOf(j.key, cl.name)
	if cl.ids > 1 {
		id += "_" + strconv.Itoa(cl.ids)
	}
	return id, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		cl.idOf = ""
	}, nil
}

// Refused makes each function of the table step an error, whose message is why: for scripts that are not a run's, so that they must not think that anything is
// recorded. It is given behind the builtins.
func Refused(why string) interp.Option {
	refuse := func(*interp.Call) error { return interp.Errorf(interp.KindError, "%s", why) }
	m := module(nil)
	m.Call = refuse
	for i := range m.Defs {
		m.Defs[i].Fn = refuse
	}
	return interp.Concurrent(interp.WithModule(m))
}
