package fs

import (
	"context"

	"github.com/lull-lua/lull/interp"
)

// size is fs.size(path).
func size(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	n, err := run(c, false, name, func(ctx context.Context, files interp.Files) (int64, error) { return sizeOf(ctx, files, name) })
	if err != nil {
		return err
	}
	return c.Return(float64(n))
}

// sizeOf is how many bytes a file has, or the files of a tree together, each once.
func sizeOf(ctx context.Context, files interp.Files, name string) (int64, error) {
	st, err := files.Stat(name)
	if err != nil {
		return 0, err
	}
	if !st.IsDir() {
		return st.Size(), nil
	}
	w := &walker{files: files, root: name, hidden: true, stat: true}
	if err := w.begin(ctx); err != nil {
		return 0, err
	}
	total, seen, b := int64(0), map[[2]uint64]bool{}, &batch{}
	for !b.over {
		b.clear()
		w.fill(ctx, b, lastBatch, func(n int) error { return interp.Reserve(ctx, n) })
		if b.err != nil {
			return total, b.err
		}
		for _, f := range b.items {
			if f.kind != isFile {
				continue
			}
			if id, many := linked(f.st); many {
				if seen[id] {
					continue
				}
				seen[id] = true
				if err := interp.Reserve(ctx, 32); err != nil {
					return total, err
				}
			}
			total += f.st.Size()
		}
	}
	return total, nil
}

// usage is fs.usage(path).
func usage(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	on, ok := c.Files().OnMachine(name)
	if !ok {
		return interp.Errorf(interp.KindError, "fs.usage: it is there for the machine's own files only")
	}
	u, err := run(c, false, name, func(context.Context, interp.Files) ([3]float64, error) { return usageOf(on) })
	if err != nil {
		return err
	}
	t := c.NewTable(0)
	for i, field := range []string{"total", "used", "available"} {
		t.SetField(field, interp.Number(u[i]))
	}
	return c.Return(t)
}
