package builtins_test

import (
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// script is a case of a table: what a script prints in virtual time, and how its run ends.
type script struct {
	name, src, want string
	stderr          string // exactly
	err             string // of the run: its text; "" is none
}

func runAll(t *testing.T, cases []script) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := run(t, tt.src)
			if out != tt.want {
				t.Errorf("printed %q\nwant    %q", out, tt.want)
			}
			if errw != tt.stderr {
				t.Errorf("standard error %q\nwant           %q", errw, tt.stderr)
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.err {
				t.Errorf("the run's error: %q\nwant             %q", got, tt.err)
			}
		})
	}
}

// run runs a script in virtual time, and closes the runtime, which must leave nothing behind.
func run(t *testing.T, src string, opts ...interp.Option) (out, errw string, err error) {
	t.Helper()
	return interptest.Once{Name: "t"}.Run(t, src, append([]interp.Option{builtins.Std(), interptest.Signals()}, opts...)...)
}
