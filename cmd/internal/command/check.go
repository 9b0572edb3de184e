package command

import (
	"io"

	"github.com/lull-lua/lull/interp"
)

// checkAll compiles every script that the command line names, and tells of each that does not compile. Its status is that of
// what cannot be read, else of what does not compile.
func checkAll(o *options, signals *signals, stdin io.Reader, stderr io.Writer) int {
	result := 0
	for i := 0; i == 0 || !o.hasCode && i < len(o.rest); i++ {
		one := *o
		if i < len(o.rest) {
			one.rest = o.rest[i : i+1]
		}
		s, status, ok := wanted(&one, signals, stdin, stderr)
		if ok {
			if _, err := interp.Compile(s.chunk, s.src); err != nil {
				newReporter(stderr, s).syntax(err)
				status = statusSyntax
			}
		}
		switch {
		case status > statusSyntax: // a signal
			return status
		case result == 0 || status == statusUsage:
			result = status
		}
	}
	return result
}
