package archive

import (
	"context"
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// list is archive.list(path [, opts]).
func list(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	b, err := readBounds(c, 2, nil)
	if err != nil {
		return err
	}
	format, err := formatOf(c, 1, path)
	if err != nil {
		return err
	}
	all, err := run(c, path, func(ctx context.Context, files interp.Files) (all []*member, err error) {
		err = each(ctx, files, "archive.list", path, format, b, func(m *member) error {
			m.open = nil
			all = append(all, m)
			return interp.Reserve(ctx, 200+len(m.name)+len(m.link))
		})
		return all, err
	})
	if err != nil {
		return err
	}
	t := c.NewTable(len(all))
	t.MarkList()
	w := c.InPlace()
	for i, m := range all {
		pairs := []interp.Value{
			w.Name("name"), w.Text(m.name), w.Name("type"), w.Name(m.kind), w.Name("size"), w.Number(float64(m.size)),
		}
		if m.mode >= 0 {
			pairs = append(pairs, w.Name("mode"), w.Text(fmt.Sprintf("%03o", m.mode)))
		}
		if !m.mtime.IsZero() {
			pairs = append(pairs, w.Name("mtime"), w.Number(float64(m.mtime.Unix())+float64(m.mtime.Nanosecond())/1e9))
		}
		if m.link != "" {
			pairs = append(pairs, w.Name("link"), w.Text(m.link))
		}
		t.SetIndex(i+1, w.Map(pairs).Value())
		if err := c.Spend(256 + len(m.name)); err != nil {
			return err
		}
	}
	return c.Return(t)
}

// readBounds reads the options of the i-th argument: max_size, max_files, and others.
func readBounds(c *interp.Call, i int, others map[string]any) (b bounds, err error) {
	size, count := float64(maxSize), float64(maxFiles)
	fields := map[string]any{"max_size": &size, "max_files": &count}
	for name, v := range others {
		fields[name] = v
	}
	if err := c.Options(i, fields); err != nil {
		return b, err
	}
	if b.size, err = bound(c, i, "max_size", size); err != nil {
		return b, err
	}
	b.files, err = bound(c, i, "max_files", count)
	return b, err
}
