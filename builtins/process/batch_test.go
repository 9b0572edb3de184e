package process_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/process"
	"github.com/lull-lua/lull/interp"
)

// No value goes through cmd's parser: a batch file whose arguments have something that cmd reads is refused.
func TestBatchFiles(t *testing.T) {
	for _, tt := range []struct {
		path, arg string
		refused   bool
	}{
		{`C:\tools\build.bat`, "plain", false},
		{`C:\tools\build.CMD`, `a b\c --x=1,2;3`, false},
		{`npm.cmd`, "a&calc", true},
		{`npm.Cmd`, `"&calc&"`, true},
		{`npm.cmd`, "%PATH%", true},
		{`npm.cmd`, "a\nb", true},
		{`npm.cmd`, "(x)", true},
		{`npm.cmd`, "a^b", true},
		{`git.exe`, "a&calc", false},
		{`git`, "%PATH%", false},
	} {
		err := process.Batch("process.run", tt.path, []string{tt.path, "first", tt.arg})
		var e *interp.Error
		if tt.refused != errors.As(err, &e) || tt.refused && (e.Kind != interp.KindDenied || !strings.Contains(e.Msg, "argument 2")) {
			t.Errorf("%s %q: %v", tt.path, tt.arg, err)
		}
	}
}
