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
	at, _ := placed(e.text())
	if m := position().FindStringSubmatch(at); m != nil {
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

// maxPosition is how long a position is at most, at the beginning of a message.
const maxPosition = 1000

// placed takes a message apart: the position that it begins with, as error puts it there, or "", and the rest.
func placed(text string) (at, rest string) {
	at = position().FindString(text[:min(len(text), maxPosition)])
	return at, text[len(at):]
}
