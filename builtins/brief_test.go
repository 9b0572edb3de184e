package builtins_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// brief are the checkpoints that end by themselves, with what each needs. A file f is there.
var brief = []struct{ call, made, code string }{
	{"read", "", `read("f")`},
	{"write", "", `write("g", "x")`},
	{"json.decode", "", `json.decode("1")`},
	{"csv.decode", "", `csv.decode("a,b\n")`},
	{"csv.rows", "", `for row in csv.rows("f") do end`},
	{"csv.writer", "", `csv.writer("g")`},
	{"csv.writer:write", `local w = csv.writer("g")`, `w:write({ 1 })`},
	{"csv.writer:close", `local w = csv.writer("g")`, `w:close()`},
	{"toml.decode", "", `toml.decode("a = 1")`},
	{"yaml.decode", "", `yaml.decode("a: 1")`},
	{"re.find", "", `re.find("a", "a")`},
	{"re.match", "", `re.match("a", "a")`},
	{"re.gmatch", "", `for m in re.gmatch("a", "a") do end`},
	{"re.gsub", "", `re.gsub("a", "a", "b")`},
	{"re.split", "", `re.split("a", ",")`},
	{"re.groups", "", `re.groups("a", "a")`},
	{"hash.sha256", "", `hash.sha256("a")`},
	{"hash.sha512", "", `hash.sha512("a")`},
	{"hash.sha1", "", `hash.sha1("a")`},
	{"hash.md5", "", `hash.md5("a")`},
	{"hash.crc32", "", `hash.crc32("a")`},
	{"hash.file", "", `hash.file("sha256", "f")`},
	{"hash.hmac", "", `hash.hmac("sha256", "key", "a")`},
	{"hash.running:add", `local h = hash.new("sha256")`, `h:add("a")`},
	{"base64.encode", "", `base64.encode("a")`},
	{"base64.decode", "", `base64.decode("YQ==")`},
	{"hex.encode", "", `hex.encode("a")`},
	{"hex.decode", "", `hex.decode("61")`},
	{"archive.gzip", "", `archive.gzip("a")`},
	{"archive.gunzip", `local z = archive.gzip("a")`, `archive.gunzip(z)`},
	{"html.parse", "", `html.parse("<p>x")`},
	{"log.setup", "", `log.setup({ file = "log" })`},
	{"os.execute", "", `os.execute("true")`},
	{"io.read", "", `io.read()`},
	{"io.lines", "", `for l in io.lines("f") do end`},
	{"io.open", "", `io.open("f")`},
	{"io.popen", "", `io.popen("true")`},
	{"file:read", `local f = io.open("f")`, `f:read()`},
	{"file:lines", `local f = io.open("f")`, `for l in f:lines() do end`},
	{"file:write", `local f = io.open("g", "w")`, `f:write("x")`},
	{"file:close", `local f = io.open("f")`, `f:close()`},
	{"require", "", `require("m")`},
}

// A checkpoint raises if its task has been cancelled, however little it would do.
func TestBriefCheckpoints(t *testing.T) {
	for _, b := range brief {
		t.Run(b.call, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"f", "m.lua"} {
				if err := os.WriteFile(dir+"/"+name, []byte("-- a\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out, errw, err := run(t, fmt.Sprintf(`
				%s
				local t = spawn(function()
					task.current():cancel()
					%s
					print("it went on")
				end)
				t:join()
				print(t:cancelled())`, b.made, b.code), interp.WithDir(dir), interp.WithPath(dir+"/?.lua"))
			if out != "true\n" || errw != "" || err != nil {
				t.Errorf("printed %q, %q; error %v", out, errw, err)
			}
		})
	}
}

// A stub marks as @async what the two tables of checkpoints show to be one, and nothing else.
func TestAsyncMarks(t *testing.T) {
	shown := map[string]bool{}
	for _, w := range waits {
		shown[w.call] = true
	}
	for _, b := range brief {
		shown[b.call] = true
	}
	for _, e := range reference(t).All() {
		if e.Kind != stub.Function && e.Kind != stub.Method {
			continue
		}
		switch {
		case e.Async && !shown[e.Name]:
			t.Errorf("the stub of %s marks it @async, and no test shows that: give it a row in waits (checkpoints_test.go) if it can wait for ever, else in brief (brief_test.go)", e.Name)
		case !e.Async && shown[e.Name]:
			t.Errorf("%s is a checkpoint, as the tests show, and its stub does not mark it @async", e.Name)
		}
		delete(shown, e.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		t.Errorf("%s stands in a table of checkpoints, and no stub describes it", name)
	}
}
