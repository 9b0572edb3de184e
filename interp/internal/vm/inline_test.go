package vm

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The loop is no function that Go's compiler calls big, which is one of more than 5,000 nodes of its syntax: into such a one it puts nothing
// inline, and a number that is set or a frame that begins costs a call. Rarer cases belong into functions that the loop calls.
func TestLoopIsNotBig(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles the package")
	}
	cmd := exec.Command("go", "build", "-gcflags=-m=2", ".")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOOS=", "GOARCH=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "inlining call to (*Thread).setOwn") {
		t.Error("the compiler does not say what it puts inline as it did")
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "considered 'big'") && strings.Contains(line, "execute") {
			t.Error(line)
		}
	}
}
