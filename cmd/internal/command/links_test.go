package command

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// taskLinks is what a program links that takes tasks alone, with interp.WithModule(task.Module()): nothing of a network, of TLS or of
// a format is in it. Some packages of the standard library bring internal ones along.
const taskLinks = `
	github.com/lull-lua/lull/builtins/internal/backoff
	github.com/lull-lua/lull/builtins/internal/bar
	github.com/lull-lua/lull/builtins/internal/crew
	github.com/lull-lua/lull/builtins/task
	github.com/lull-lua/lull/interp
	github.com/yuin/gopher-lua
	github.com/yuin/gopher-lua/ast
	github.com/yuin/gopher-lua/parse
	github.com/yuin/gopher-lua/pm
	golang.org/x/sys/unix
	golang.org/x/term

	bufio bytes cmp context embed encoding encoding/base64 encoding/binary encoding/json errors fmt hash hash/maphash io io/fs iter log log/slog maps
	math math/bits math/rand math/rand/v2 net/netip os os/exec os/signal path path/filepath reflect regexp regexp/syntax runtime runtime/debug runtime/metrics
	slices sort strconv strings sync sync/atomic syscall time unicode unicode/utf16 unicode/utf8 unique unsafe weak`

// The cluster is a module of its own: nobody who takes this one links it.
func TestNobodyLinksTheCluster(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}", module+"/cmd/lull")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), module+"/cmd/internal/command\n") {
		t.Fatalf("not what lull links: %s", out)
	}
	for pkg := range strings.Lines(string(out)) {
		if strings.Contains(pkg, "nats") || strings.Contains(pkg, "lull-cluster") {
			t.Errorf("lull links %s", pkg)
		}
	}
}

func TestTasksLinkNothingElse(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}", module+"/builtins/task")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields(taskLinks)
	linked := strings.Fields(string(out))
	for _, pkg := range linked {
		std := !strings.Contains(strings.Split(pkg, "/")[0], ".")
		if std && (strings.HasPrefix(pkg, "internal/") || strings.Contains(pkg+"/", "/internal/") || strings.HasPrefix(pkg, "vendor/")) {
			continue
		}
		if strings.HasPrefix(pkg, module+"/interp/internal/") { // interp itself
			continue
		}
		if !slices.Contains(allowed, pkg) {
			t.Errorf("builtins/task links %s: go list -deps -f '{{.ImportPath}}: {{.Imports}}' shows by way of what. If every host is to have it, add it to taskLinks", pkg)
		}
	}
	for _, pkg := range allowed {
		if !slices.Contains(linked, pkg) {
			t.Errorf("builtins/task links %s no more: take it out of taskLinks", pkg)
		}
	}
}
