package interp

import (
	"regexp"
	"strconv"
	"sync"
)

var position = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([^\n]+?):(\d+): `) })

// Place is where the error was raised: what its message begins with, else its innermost function of Lua; a line of 0 says
// that it cannot be told.
func (e *Error) Place() (source string, line int) {
	if m := position().FindStringSubmatch(e.text()); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			return m[1], n
		}
	}
	for _, f := range e.Frames {
		if f.Line > 0 {
			return f.Source, f.Line
		}
	}
	return "", 0
}
