package fs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// many makes n files in a folder, whose names have so many bytes.
func many(t testing.TB, dir string, n, bytes int) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		name := fmt.Sprintf("%06d", i)
		if err := os.WriteFile(filepath.Join(dir, name+strings.Repeat("x", bytes-len(name))), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The table about a file is the script's: what it does to one, another does not have.
func TestWalkEntries(t *testing.T) {
	dir := t.TempDir()
	many(t, dir, 3, 6)
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`
		fs.mkdir("000001d/deep")
		local all = {}
		for p, e in fs.walk(".") do
			all[#all + 1] = e
			if e.name == "000000" then e.type, e.extra, e.depth = "mine", 1, nil end
		end
		for _, e in ipairs(all) do
			local fields = {}
			for k, v in pairs(e) do fields[#fields + 1] = k .. "=" .. tostring(v) end
			print(table.concat(fields, " "))
		end
		local it = fs.walk(".")
		print((it()), select("#", it()), #{ it() }, (select(2, pcall(it))), (it()))`, `name=000000 type=mine extra=1
name=000001 type=file depth=1
name=000001d type=dir depth=1
name=deep type=dir depth=2
name=000002 type=file depth=1
./000000	2	2	./000001d/deep	./000002
`)
}

// A walk of more files than are found at once gives all of them, in order, from folders of every size; one that is left
// early leaves nothing behind.
func TestWalkManyFiles(t *testing.T) {
	dir := t.TempDir()
	for i, n := range []int{0, 1, 63, 64, 65, 3000} {
		many(t, filepath.Join(dir, fmt.Sprint("d", i)), n, 8)
	}
	many(t, filepath.Join(dir, "long"), 5500, 200) // more than is read ahead
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`
		local function count(opts, most)
			local n, last = 0, ""
			for p in fs.walk("", opts) do
				n = n + 1
				assert(p:gsub("/", "\0") > last, p)
				last = p:gsub("/", "\0")
				if n == most then break end
			end
			return n
		end
		print(count(), count { type = "file" }, count { type = "dir" }, count { match = "00006*" }, count { depth = 1 })
		for most = 1, 5000, 977 do assert(count(nil, most) == most) end
		local n = 0
		for _, e in fs.walk("", { stat = true, type = "file" }) do n = n + e.size + 1 end
		print(n, #fs.glob("**/*"), #fs.list("long"), fs.size("."))`, "8700\t8693\t7\t32\t7\n8693\t8700\t5500\t0\n")
}

// The names of a folder count as memory while they are held.
func TestWalkUnderLimits(t *testing.T) {
	dir := t.TempDir()
	many(t, filepath.Join(dir, "d"), 6_000, 250)
	for _, script := range []string{
		`for p in fs.walk("d") do end`, `for p in fs.walk(".") do end`, `fs.list("d")`, `fs.glob("**/*")`, `fs.copy("d", "e")`, `require("lfs").dir("d")`,
	} {
		rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Memory: 1 << 20}))
		if _, err := rt.Run(script); err == nil || !strings.Contains(err.Error(), "Memory") {
			t.Errorf("%s: %v", script, err)
		}
		if entries, err := os.ReadDir(filepath.Join(dir, "e")); err == nil && len(entries) > 0 {
			t.Errorf("%d files were copied", len(entries))
		}
	}
	interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Files: 1, Memory: 32 << 20})).
		Check(`local n = 0 for p in fs.walk(".") do n = n + 1 end print(n)`, "6001\n")
}

// A folder that may not be read in the middle of a walk is told, and the walk goes on; without on_error it is raised.
func TestPermissionDenied(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("nothing is denied")
	}
	if asNobody(t) {
		return
	}
	dir := t.TempDir()
	for _, d := range []string{"a", "b", "c", "b/hidden"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	shut := filepath.Join(dir, "b")
	if err := os.Chmod(shut, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(shut, 0o700) // to be removed
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		for p in fs.walk(".", { on_error = function(path, err) print("denied", path, err.kind, err.code) end }) do print(p) end
		for p in fs.walk(".", { match = "c", on_error = function(path) print("denied", path) end }) do print(p) end
		local ok, err = pcall(function() for p in fs.walk(".") do end end)
		print(ok, err.code, err.path, err.message, #fs.glob("*/*"), pcall(fs.walk, "b") == false)
		local function stop() for p in fs.walk(".", { on_error = function(p) error(p, 0) end }) do end end
		print(select(2, pcall(stop)))
		for _, call in ipairs { { fs.list, "b" }, { fs.stat, "b/x" }, { fs.exists, "b/x" }, { fs.size, "." }, { fs.copy, ".", "../to" }, { fs.remove, "b", { recursive = true } }, { fs.chmod, "/", "700" }, { fs.touch, "b/x" }, { write, "b/x", "" } } do
			local ok, err = pcall(unpack(call))
			print(ok, err.code)
		end
		print(fs.exists("b"))`, `./a
./b
denied	./b	io	EACCES
./c
denied	./b
./c
false	EACCES	./b	fs.walk: ./b: permission denied	0	true
./b
`+strings.Repeat("false\tEACCES\n", 6)+"false\tEPERM\nfalse\tEACCES\nfalse\tEACCES\ndir\n")
}
