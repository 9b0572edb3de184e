package parallel

import (
	"cmp"

	"github.com/lull-lua/lull/interp"
)

// parallel.run(fn, ...) runs fn(...), or the script of that path, in a new isolate and returns its values.
func parallelRun(c *interp.Call) error {
	path, isPath := "", false
	if !c.Arg(1).IsFunction() {
		if path, isPath = c.Arg(1).Text(); !isPath || c.Arg(1).Type() != "string" {
			return c.TypeError(1, "function or path of a script")
		}
	}
	pack := c.NewPacker()
	if isPath {
		load := c.Globals().Field("loadfile")
		if !load.IsFunction() {
			return interp.Errorf(interp.KindDenied, "run: no files are granted that the script %q could be one of", path)
		}
		if err := pack.Add(c, load, ""); err != nil {
			return err
		}
	}
	for i := range c.Len() {
		if err := pack.AddArg(c, i+1); err != nil {
			return c.ArgError(i+1, err.Error())
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	packed := pack.Packed()
	w := newCrowd(c)
	var failed []*interp.IsolateError
	var back *interp.Packed
	m, err := w.add("isolate of 'run'", func(_ *member, err error) {
		if err != nil {
			failed = append(failed, &interp.IsolateError{Err: err})
		}
	})
	if err != nil {
		return err
	}
	m.item = 1
	m.isolate.Start("run", 1, func(c *interp.Call) error {
		u, vals := interp.NewUnpacker(packed), make([]interp.Value, packed.Len())
		for i := range vals {
			v, err := u.Value(c, i+1)
			if err != nil {
				return err
			}
			vals[i] = v
		}
		fn, args := vals[0], vals[1:]
		if isPath {
			var err error
			if fn, err = loaded(c, path, vals[0], vals[1]); err != nil {
				return err
			}
			args = vals[2:]
		}
		return c.ProtectReturn(fn, interp.ContinuationFunc(func(c *interp.Call, err error) error {
			if err == nil {
				back, err = results(c, c.Results())
			}
			return err
		}), args...)
	}, func(f *interp.IsolateError) {
		if f != nil {
			failed = append(failed, f)
		}
		w.keeps(back)
		m.item = 0
		m.close()
	})
	return w.wait(c, func(c *interp.Call, err error) error {
		if raised := raise(c, failed); raised != nil || err != nil {
			return cmp.Or(raised, err)
		}
		vals, err := c.Unpack(back)
		if err != nil {
			return err
		}
		return c.ReturnValues(vals)
	})
}

// loaded is the main chunk of a script.
func loaded(c *interp.Call, path string, load, name interp.Value) (interp.Value, error) {
	vals, err := c.Call(load, name)
	if err != nil {
		return interp.Value{}, err
	}
	if fn := vals.Get(1); fn.IsFunction() {
		return fn, nil
	}
	return interp.Value{}, interp.Errorf(interp.KindError, "run: %s", vals.Get(2)).With("path", path)
}
