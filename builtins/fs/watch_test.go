package fs_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// watching is a script's function told(w, what, root): it prints what w tells until it tells of a file that told makes in root, which
// comes behind all that was done before. A machine that has other things to do tells it in several batches, which are put together as one is.
const watching = `
	local n = 0
	local both = { created = { changed = "created", removed = false }, removed = { created = "changed" } }
	function told(w, what, root)
		n = n + 1
		local last = ("%s/end%d"):format(root, n)
		write(last, "x")
		local seen, all = {}, {}
		repeat
			for _, c in ipairs(w:get()) do
				local kind = (both[seen[c.path]] or {})[c.kind]
				if kind == nil then kind = c.kind end
				seen[c.path] = kind or nil
			end
		until seen[last]
		for path, kind in pairs(seen) do
			if not path:match("/end%d+$") then all[#all + 1] = path .. " " .. kind end
		end
		table.sort(all)
		print(what .. ": " .. table.concat(all, ", "))
	end`

// changes are what programs do to files, with what is told of it, by the system and by polling.
var changes = []struct{ name, before, do, want string }{
	{"a file is renamed", `write("r/a", "x")`, `fs.move("r/a", "r/b")`, "r/a removed, r/b created"},
	{"a file is renamed over another", `write("r/a", "x") write("r/b", "old")`, `fs.move("r/a", "r/b")`, "r/a removed, r/b changed"},
	{"a folder is renamed", `fs.mkdir("r/a/deep") write("r/a/deep/f", "x")`, `fs.move("r/a", "r/b")`,
		"r/a removed, r/a/deep removed, r/a/deep/f removed, r/b created, r/b/deep created, r/b/deep/f created"},
	{"a tree is made", ``, `fs.mkdir("r/a/b/c") write("r/a/b/c/f", "x")`, "r/a created, r/a/b created, r/a/b/c created, r/a/b/c/f created"},
	{"a tree comes from elsewhere", `fs.mkdir("out/b") write("out/b/f", "x")`, `fs.move("out", "r/in")`, "r/in created, r/in/b created, r/in/b/f created"},
	{"a tree goes elsewhere", `fs.mkdir("r/a/b") write("r/a/b/f", "x")`, `fs.move("r/a", "gone")`, "r/a removed, r/a/b removed, r/a/b/f removed"},
	{"vim saves", `write("r/f", "old")`, `fs.move("r/f", "r/f~") write("r/f", "newer") fs.remove("r/f~")`, "r/f changed"},
	{"an editor replaces", `write("r/f", "old")`, `write("r/.f.tmp", "new") fs.move("r/.f.tmp", "r/f")`, "r/f changed"},
	{"write saves", `write("r/f", "old")`, `write("r/f", "new", { atomic = true })`, "r/f changed"},
	{"made and removed", ``, `write("r/f", "x") fs.remove("r/f")`, ""},
	{"a folder is made anew", `fs.mkdir("r/a/b") write("r/a/f", "x") write("r/a/g", "x")`, `fs.remove("r/a", { recursive = true }) fs.mkdir("r/a") write("r/a/g", "new")`,
		"r/a changed, r/a/b removed, r/a/f removed, r/a/g changed"},
	{"a folder takes a file's name", `write("r/a", "x")`, `fs.remove("r/a") fs.mkdir("r/a") write("r/a/f", "x")`, "r/a changed, r/a/f created"},
	{"a file takes a folder's name", `fs.mkdir("r/a") write("r/a/f", "x")`, `fs.remove("r/a", { recursive = true }) write("r/a", "x")`, "r/a changed, r/a/f removed"},
}

func TestWatchTellsOf(t *testing.T) {
	for _, tt := range changes {
		for _, poll := range []string{"nil", "0.02"} {
			name := tt.name + map[bool]string{true: ", polled"}[poll != "nil"]
			t.Run(name, func(t *testing.T) {
				rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
				script := fmt.Sprintf(`%s
					fs.mkdir("r")
					%s
					local w = fs.watch("r", { debounce = 0.05, poll = %s })
					%s
					told(w, "now", "r")`, watching, tt.before, poll, tt.do)
				if _, err := rt.Run(script); err != nil {
					t.Fatal(err)
				}
				want := "now: " + tt.want + "\n"
				if poll != "nil" { // looks do not see what is a folder and is one again
					want = strings.Replace(want, "r/a changed, r/a/b", "r/a/b", 1)
				}
				got := rt.Output()
				if poll != "nil" { // a look may have come while it was not there
					got = strings.Replace(got, "r/a changed, r/a/b", "r/a/b", 1)
				}
				if got != want {
					t.Errorf("told\n%swant\n%s", got, want)
				}
			})
		}
	}
}

// Folders that were made, or renamed, are watched with what happens in them later.
func TestWatchGoesOn(t *testing.T) {
	for _, poll := range []string{"nil", "0.02"} {
		rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
		script := fmt.Sprintf(`%s
			fs.mkdir("r/a/deep")
			fs.mkdir("r/keep")
			local w = fs.watch("r", { debounce = 0.05, poll = %s })
			fs.move("r/a", "r/b")
			told(w, "renamed", "r")
			write("r/b/deep/f", "x")
			told(w, "in it", "r")
			fs.move("r/b", "out")
			told(w, "moved out", "r")
			write("out/deep/g", "x")
			told(w, "out there", "r")
			fs.remove("r/keep")
			fs.mkdir("r/keep/new")
			told(w, "anew", "r")
			write("r/keep/new/f", "x")
			told(w, "in that", "r")`, watching, poll)
		if _, err := rt.Run(script); err != nil {
			t.Fatal(err)
		}
		got := rt.Output()
		if poll != "nil" { // a look may have come while it was not there
			got = strings.Replace(got, "r/keep changed, ", "", 1)
		}
		want := `renamed: r/a removed, r/a/deep removed, r/b created, r/b/deep created
in it: r/b/deep/f created
moved out: r/b removed, r/b/deep removed, r/b/deep/f removed
out there: 
anew: ` + map[bool]string{true: "r/keep changed, "}[poll == "nil"] + `r/keep/new created
in that: r/keep/new/f created
`
		if got != want {
			t.Errorf("told\n%swant\n%s", got, want)
		}
	}
}

// The folder that is watched itself, or that of a file, is removed and made anew: both are told, and watching goes on.
func TestWatchRootMadeAnew(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a folder that is watched cannot be removed")
	}
	for _, poll := range []string{"nil", "0.02"} {
		interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(fmt.Sprintf(`%s
			fs.mkdir("p/r/sub")
			write("p/r/sub/f", "x")
			local w = fs.watch("p/r", { debounce = 0.02, poll = %s })
			local function batch()
				local all = {}
				for _, c in ipairs(w:get()) do all[#all + 1] = c.path .. " " .. c.kind end
				return table.concat(all, ", ")
			end
			fs.remove("p", { recursive = true })
			local first = batch()
			while not first:find("p/r removed") do first = first .. batch() end
			print("removed")
			fs.mkdir("p/r/new")
			local all = ""
			repeat all = all .. batch() until all:find("p/r/new created")
			print(all:find("p/r created") ~= nil)
			write("p/r/new/f", "x")
			told(w, "in it", "p/r")`, watching, poll), "removed\ntrue\nin it: p/r/new/f created\n")
		interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(fmt.Sprintf(`
			fs.mkdir("d")
			write("d/f", "x")
			local w = fs.watch("d/f", { debounce = 0.02, poll = %s })
			local function batch() local b = w:get() return #b, b[1].path, b[1].kind end
			fs.remove("d", { recursive = true })
			print(batch())
			fs.mkdir("d")
			write("d/f", "new")
			print(batch())
			sleep(0)
			write("d/f", "once more")
			print(select(2, batch()))`, poll), "1\td/f\tremoved\n1\td/f\tcreated\nd/f\tchanged\n")
	}
}

// The folder that the process is in is watched as any other, and by whatever name.
func TestWatchHere(t *testing.T) {
	for _, poll := range []string{"nil", "0.02"} {
		for _, name := range []string{".", "./", "sub/..", "../here"} {
			t.Chdir(t.TempDir())
			root := strings.TrimSuffix(name, "/")
			interptest.New(t, builtins.Std()).Check(watching+fmt.Sprintf(`
				fs.mkdir("sub")
				fs.link(fs.cwd(), "../here", { overwrite = true })
				local w = fs.watch(%q, { debounce = 0.02, poll = %s, exclude = "here" })
				write("a", "x")
				write("sub/b", "x")
				told(w, "here", %q)`, name, poll, root), fmt.Sprintf("here: %[1]s/a created, %[1]s/sub/b created\n", root))
		}
	}
}

// Paths that overlap are told of by both names, a folder by way of a link by its own.
func TestWatchOverlaps(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("makes links")
	}
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(watching+`
		write("r/sub/f", "", { parents = true })
		local w = fs.watch({ "r", "r/sub", "./r/sub/f" }, { debounce = 0.05 })
		write("r/sub/f", "x")
		told(w, "both", "r")
		fs.remove("r/sub/f")
		told(w, "gone", "r")
		fs.link("r", "l")
		local l = fs.watch("l", { debounce = 0.05 })
		write("r/sub/g", "x")
		told(l, "link", "l")`,
		"both: ./r/sub/f changed, r/sub/f changed\ngone: ./r/sub/f removed, r/sub/f removed\nlink: l/sub/g created\n")
}
