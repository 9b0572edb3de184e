package repl_test

import (
	"github.com/lull-lua/lull/interp"
	"os"
	"testing"
)

func TestManual(t *testing.T) {
	b, _ := os.ReadFile("/tmp/typed.lua")
	got, err := session(t, &typist{script: lines(string(b))}, interp.WithVirtualTime())
	t.Log(err, "\n"+got)
}
