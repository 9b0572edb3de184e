package vm_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// BenchmarkCompile compiles the scripts and a table of 40,000 literals, with gopher-lua's parser and compiler beside.
func BenchmarkCompile(b *testing.B) {
	var scripts strings.Builder
	for _, pattern := range []string{"tutorial/*.lua", "spec/*/*.lua"} {
		files, _ := filepath.Glob("../../../scripts/" + pattern)
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				b.Fatal(err)
			}
			fmt.Fprintf(&scripts, "do local function f(...)\n%s\nend end\n", src)
		}
	}
	var literals strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&literals, "%d.5,'s%d',\n", i, i)
	}
	for _, c := range []struct{ name, src string }{
		{"scripts", scripts.String()},
		{"literals", "return {" + literals.String() + "}"},
		{"short", "return 1"},
	} {
		src := []byte(c.src)
		b.Run(c.name+"/lull", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := vm.Compile("=b", src); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/gopher-lua", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				chunk, err := parse.Parse(strings.NewReader(c.src), "b")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := lua.Compile(chunk, "b"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
