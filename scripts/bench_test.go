package scripts_test

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Each workload does, at a small size, what it says.
func TestBench(t *testing.T) {
	files := t.TempDir()
	for _, name := range []string{"f00000", "f00001", "f00002"} {
		if err := os.WriteFile(filepath.Join(files, name), make([]byte, 4096), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := map[string][]any{
		"cancel": {"20"}, "dozers": {"20", "body"}, "pingpong": {"20"}, "pipeline": {"20"}, "readfiles": {files, "3"},
		"sleepers": {"20"}, "spawn_join": {"20"}, "startup": nil, "switch": {"5", "4"}, "timeouts": {"20"},
	}
	line := regexp.MustCompile(`^\w+ +(20|3) operations +-?\d+\.\d{3} us each +\d+\.\d MB\n$`)
	for name, args := range args {
		t.Run(name, func(t *testing.T) {
			script := name
			if name == "dozers" {
				script = "sleepers"
			}
			var out bytes.Buffer
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &out), interp.WithVirtualTime(), interp.WithPath("bench/?.lua"))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, err = rt.RunFile(ctx, filepath.Join("bench", script+".lua"), args...)
			if closing := rt.Close(); err != nil || closing != nil {
				t.Fatal(err, closing)
			}
			if name != "startup" && !line.Match(out.Bytes()) {
				t.Errorf("it prints %q", out.Bytes())
			}
		})
	}
}

// Each program that only computes compiles; they are too long to be run here. See BenchmarkCompute.
func TestCompute(t *testing.T) {
	for name, p := range compute(t) {
		if _, err := interp.Compile("@"+name, p); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkCompute runs the programs that compute.lua compares, for profiles. (A build guided by one gains 1 %.)
func BenchmarkCompute(b *testing.B) {
	programs := compute(b)
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		src := programs[name]
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rt, err := interp.New(builtins.Std())
				if err != nil {
					b.Fatal(err)
				}
				if _, err := rt.RunString(b.Context(), "@"+name, string(src)); err != nil {
					b.Fatal(err)
				}
				if err := rt.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func compute(tb testing.TB) map[string][]byte {
	files, err := filepath.Glob("bench/compute/*.lua")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no programs: %v", err)
	}
	programs := make(map[string][]byte)
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			tb.Fatal(err)
		}
		programs[filepath.Base(f)] = src
	}
	return programs
}

// The workloads of processes.lua run.
func TestBenchProcesses(t *testing.T) {
	if _, err := exec.LookPath("head"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "from"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, workload := range []string{"processes", "capture", "copy"} {
		rt, err := interp.New(builtins.Std(), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunFile(t.Context(), "bench/processes.lua", "run", workload, "20", filepath.Join(dir, "from"), filepath.Join(dir, "to"))
		if cerr := rt.Close(); err != nil || cerr != nil {
			t.Errorf("%s: %v, %v", workload, err, cerr)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "to")); err != nil || string(b) != "text" {
		t.Errorf("%q, %v", b, err)
	}
}

// The workloads of data.lua do, on small files, what they say.
func TestBenchData(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"json": `[{"id":1,"name":"a"}]`, "csv": "id,name\n1,a\n", "file": "text"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	line := regexp.MustCompile(`^\d+\.\d{6} s \d+\.\d MB\n$`)
	for workload, file := range map[string]string{"json.decode": "json", "json.encode": "json", "csv lists": "csv", "csv names": "csv", "sha256": "file"} {
		var out bytes.Buffer
		rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &out))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunFile(t.Context(), "bench/data.lua", "run", workload, filepath.Join(dir, file))
		if cerr := rt.Close(); err != nil || cerr != nil || !line.MatchString(out.String()) {
			t.Errorf("%s: %q, %v, %v", workload, out.String(), err, cerr)
		}
	}
}
