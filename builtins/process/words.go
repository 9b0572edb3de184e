package process

import (
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// quoteWord is a word as a POSIX shell reads it.
func quoteWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// quote is process.quote(v).
func quote(c *interp.Call) error {
	v := c.Arg(1)
	if t, ok := v.Table(); ok {
		items := make([]interp.Value, t.Len())
		for i := range items {
			items[i] = t.Index(i + 1)
		}
		if len(items) == 0 {
			return c.Return("")
		}
		argv, err := words(c, "", nil, items, v)
		if err != nil {
			return err
		}
		return c.Return(line(argv))
	}
	w, ok := word(v)
	switch {
	case !ok:
		return c.ArgError(1, "string, number or list expected, got "+data.TypeOf(v))
	case strings.Contains(w, "\x00"):
		return c.ArgError(1, "it contains a NUL byte, which no argument can have")
	}
	return c.Return(quoteWord(w))
}
