package process

import (
	"path/filepath"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// cmdReads are the characters that cmd takes for code wherever they stand, in quotes or not: no way of quoting is safe in each of them.
const cmdReads = "\"%!^&|<>()\r\n"

// batch is the error of a batch file with arguments that cmd, which the system runs it by, would read as code.
func batch(op, path string, args []string) error {
	if end := strings.ToLower(filepath.Ext(path)); end != ".bat" && end != ".cmd" {
		return nil
	}
	for i, arg := range args[1:] {
		if at := strings.IndexAny(arg, cmdReads); at >= 0 {
			return interp.Errorf(interp.KindDenied, "%s: %s: argument %d has %q in it, which cmd, by which Windows runs batch files, would take for code: give it by env, or by input", op, args[0], i+1, arg[at]).With("path", path)
		}
	}
	return nil
}
