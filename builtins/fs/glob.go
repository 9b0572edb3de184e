package fs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

// globs is fs.glob(pattern [, opts]).
func globs(c *interp.Call) error {
	if t := c.Arg(1).Type(); t != "string" && t != "table" {
		return c.TypeError(1, "pattern or list of patterns")
	}
	var dir, kind string
	var exclude interp.Value
	var hidden, follow bool
	if err := c.Options(2, map[string]any{"dir": &dir, "exclude": &exclude, "type": &kind, "hidden": &hidden, "follow": &follow}); err != nil {
		return err
	}
	if err := optionPath(c, 2, "dir", dir); err != nil {
		return err
	}
	if kind != "" && !slices.Contains(kinds, kind) {
		return c.ArgError(2, fmt.Sprintf("option 'type': file, dir, link or other expected, got %.60q", kind))
	}
	all, err := glob.Argument(c, 1, "", c.Arg(1))
	if err != nil {
		return err
	}
	out, err := glob.Argument(c, 2, "exclude", exclude)
	if err != nil {
		return err
	}
	// Patterns are looked for from where their first names lead that are no patterns.
	starts := map[string][]glob.Start{}
	var order []string
	for _, p := range all {
		for _, s := range p.Starts() {
			if _, known := starts[s.Path]; !known {
				order = append(order, s.Path)
			}
			starts[s.Path] = append(starts[s.Path], s)
		}
	}
	s := &search{dir: slashed(dir), exclude: out, kind: kind, hidden: hidden, follow: follow}
	paths, err := run(c, false, dir, func(ctx context.Context, files interp.Files) ([]string, error) {
		for _, start := range order {
			if err := s.from(ctx, files, start, starts[start]); err != nil {
				return nil, err
			}
		}
		slices.Sort(s.paths)
		return slices.Compact(s.paths), nil
	})
	if err != nil {
		return err
	}
	return strs(c, paths)
}

// search is a call of fs.glob under way.
type search struct {
	dir            string
	exclude        []*glob.Pattern
	kind           string
	hidden, follow bool

	paths []string // that were found
}

// from looks for patterns below a path; one without a rest is the path itself.
func (s *search) from(ctx context.Context, files interp.Files, start string, patterns []glob.Start) error {
	root := start
	if !strings.HasPrefix(start, "/") {
		root = joined(s.dir, start)
	}
	var globs []glob.Start
	for _, p := range patterns {
		if p.Rest != nil {
			globs = append(globs, p)
			continue
		}
		st, err := look(files, root, s.follow) // a pattern without any sign
		if err == nil && (s.kind == "" || kinds[kindOf(st.Mode())] == s.kind) && (!p.Dirs || st.IsDir()) && !glob.Any(s.exclude, baseOf(root), start) {
			s.paths = append(s.paths, root)
		}
	}
	if len(globs) == 0 {
		return nil
	}
	grow := func(n int) error { return interp.Reserve(ctx, n) }
	w := &walker{files: files, root: root, globs: globs, exclude: s.exclude, kind: s.kind, hidden: s.hidden, follow: s.follow}
	if err := w.begin(ctx); err != nil {
		if limit := (*interp.Error)(nil); errors.As(err, &limit) {
			return err
		}
		return ctx.Err() // else it is not there, or may not be read
	}
	for b := (&batch{}); !b.over; {
		b.clear()
		if w.fill(ctx, b, lastBatch, grow); b.err != nil {
			return b.err
		}
		from := 0
		for i := range b.items {
			s.paths = append(s.paths, string(b.path(from, &b.items[i])))
			from = b.items[i].end
		}
		if err := grow(len(b.text) + 16*len(b.items)); err != nil {
			return err
		}
	}
	return nil
}

// match is fs.match(pattern, path).
func match(c *interp.Call) error {
	if c.Arg(1).Type() != "string" {
		return c.TypeError(1, "string")
	}
	p, err := glob.New(c.Arg(1).String())
	if err != nil {
		return c.ArgError(1, err.Error())
	}
	path, err := c.Text(2)
	if err != nil {
		return err
	}
	if err := c.Spend(64 * p.Alternatives()); err != nil {
		return err
	}
	return c.Return(p.Match(strings.TrimSuffix(slashed(path), "/"), true))
}
