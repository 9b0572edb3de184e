package task

import "github.com/lull-lua/lull/interp"

// taskGroup is what group gives to its function.
type taskGroup struct {
	nursery interp.Nursery
	vals    interp.Values // what the function has returned
	ended   bool
}

var groupType = interp.Type{
	Name: "group",
	Of:   (*taskGroup)(nil),
	Methods: []interp.Def{
		{Name: "spawn", Fn: groupSpawn},
		{Name: "cancel", Fn: groupCancel},
	},
}

// group(fn) calls fn(g) in the caller's task and returns its values when fn and every child have ended. The first error
// cancels the rest, fn included, and is raised with the others as err.others. A child that is cancelled on its own is no
// failure.
func group(c *interp.Call) error {
	fn, err := c.Function(1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	g := &taskGroup{}
	gv, err := c.Value(g)
	if err != nil {
		return err
	}
	g.nursery.Contents = g
	c.OpenNursery(&g.nursery, (*interp.Task).Failed)
	return c.ProtectReturn(fn, g, gv)
}

// Continue implements interp.Continuation: the function has ended.
func (g *taskGroup) Continue(c *interp.Call, err error) error {
	g.vals = c.Results()
	return c.CloseNursery(&g.nursery, err, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		g.ended = true
		if err != nil {
			return err
		}
		vals := g.vals
		g.vals = nil // a script may keep the group
		return c.ReturnValues(vals)
	}))
}

// Contents implements interp.Container.
func (g *taskGroup) Contents(yield func(interp.Value)) {
	for _, v := range g.vals {
		yield(v)
	}
}

// g:spawn(x, ...) starts a child, and returns its task. After the end of the group it is an error.
func groupSpawn(c *interp.Call) error {
	g := interp.Self[*taskGroup](c)
	x, err := c.Awaitable(1)
	if err != nil {
		return err
	}
	if g.ended {
		return interp.Errorf(interp.KindError, "spawn: the group has ended")
	}
	t, err := g.nursery.Start(x, c.Rest(2)...)
	if err != nil {
		return err
	}
	return c.Return(t)
}

// g:cancel([reason]) cancels the rest of the group, its function included. It is no failure.
func groupCancel(c *interp.Call) error {
	reason, err := optionalText(c, 1)
	if err != nil {
		return err
	}
	if g := interp.Self[*taskGroup](c); !g.ended {
		g.nursery.Cancel(reason)
	}
	return nil
}

// optionalText is the i-th argument as a string, or "".
func optionalText(c *interp.Call, i int) (string, error) {
	if c.Arg(i).IsNil() {
		return "", nil
	}
	return c.Text(i)
}
