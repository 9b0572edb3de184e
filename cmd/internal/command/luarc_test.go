package command

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const all3 = `"runtime.version": "Lua 5.1", "runtime.builtin": {}`

// Settings are added to a .luarc.json where somebody would write them; everything else stays, to the byte.
func TestMergeLuarc(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"nothing to do", "{ " + all3 + ", \"workspace.library\": [\".lull\"] }\n", ""},
		{"with Lua. before it", `{ "Lua.runtime.version": "Lua 5.1", "Lua.runtime.builtin": {}, "Lua.workspace.library": ["./.lull/"] }`, ""},
		{"nested", `{ "runtime": { "version": "x", "builtin": {} }, "workspace": { "library": ["${workspaceFolder}/.lull"] } }`, ""},
		{"one line", "{" + all3 + `, "workspace.library": ["/usr/share/lua"]}`, "{" + all3 + `, "workspace.library": ["/usr/share/lua", ".lull"]}`},
		{"an empty list", "{" + all3 + `, "workspace.library": []}`, "{" + all3 + `, "workspace.library": [".lull"]}`},
		{
			"comments, order and indentation",
			`// ours
{
	/* the version
	   of the game */
	"runtime.version": "Lua 5.1", // not LuaJIT
	"workspace.library": [
		"libs/love2d", // the engine
		"libs/json"    // no comma behind it
	],
	"runtime.builtin": {},
	"diagnostics.globals": ["love"]
}
`,
			`// ours
{
	/* the version
	   of the game */
	"runtime.version": "Lua 5.1", // not LuaJIT
	"workspace.library": [
		"libs/love2d", // the engine
		"libs/json",    // no comma behind it
		".lull"
	],
	"runtime.builtin": {},
	"diagnostics.globals": ["love"]
}
`,
		},
		{
			"a comma behind the last",
			"{\r\n  " + all3 + ",\r\n  \"workspace.library\": [\r\n    \"x\",\r\n  ],\r\n}\r\n",
			"{\r\n  " + all3 + ",\r\n  \"workspace.library\": [\r\n    \"x\",\r\n    \".lull\",\r\n  ],\r\n}\r\n",
		},
		{
			"within an object of the file's",
			"{\n  " + all3 + ",\n  \"workspace\": {\n    \"checkThirdParty\": false\n  }\n}\n",
			"{\n  " + all3 + ",\n  \"workspace\": {\n    \"checkThirdParty\": false,\n    \"library\": [\".lull\"]\n  }\n}\n",
		},
		{"as it was written formerly", "{" + all3 + `, "workspace.library": { "x": true }}`, "{" + all3 + `, "workspace.library": { "x": true, ".lull": true }}`},
		{"a last line that goes on", "{\n  " + all3 + ",\n  \"x\": 1 }\n", "{\n  " + all3 + ",\n  \"x\": 1,\n  \"workspace.library\": [\".lull\"] }\n"},
		{"a comment that goes on", "{\n  " + all3 + ",\n  \"x\": 1 /* a\n b */\n}\n", "{\n  " + all3 + ",\n  \"x\": 1,\n  \"workspace.library\": [\".lull\"] /* a\n b */\n}\n"},
		{"only comments", "{\n  // nothing yet\n}", "{\n  // nothing yet\n  \"runtime.version\""},
		{"nothing in it", "{}", `{"runtime.version": "LuaJIT", "runtime.builtin": {`},
		{"a byte order mark", "\ufeff{" + all3 + `, "workspace.library": []}`, "\ufeff{" + all3 + `, "workspace.library": [".lull"]}`},
	} {
		got, err := mergeLuarc(c.before)
		want := c.after
		if want == "" {
			want = c.before
		}
		if err != nil || got != want && !(strings.HasPrefix(c.name, "only") || strings.HasPrefix(c.name, "nothing in")) || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %v; got\n%s\nwant\n%s", c.name, err, got, want)
		}
		if again, err := mergeLuarc(got); err != nil || again != got {
			t.Errorf("%s: a second time: %v\n%s", c.name, err, again)
		}
	}
	for _, text := range []string{
		"", "[]", "{", "{]", `{"a" 1}`, `{"a": 1 "b": 2}`, `{"a": }`, `{"a": nope}`, `{"a": "open}`, `{"a": "\q"}`, "{} {}", "{ /* open }", `{"workspace.library": ".lull", "runtime.version": ""}`,
		strings.Repeat(`{"a":`, 10_000), `{,}`, "null",
	} {
		if got, err := mergeLuarc(text); err == nil {
			t.Errorf("%.40q: no error, but\n%s", text, got)
		}
	}
}

func TestNewLuarc(t *testing.T) {
	var settings map[string]any
	if err := json.Unmarshal([]byte(newLuarc()), &settings); err != nil {
		t.Fatalf("%v\n%s", err, newLuarc())
	}
	if got := settings[libraryKey]; !reflect.DeepEqual(got, []any{stubsDir}) {
		t.Errorf("%s is %v", libraryKey, got)
	}
	if merged, err := mergeLuarc(newLuarc()); err != nil || merged != newLuarc() {
		t.Errorf("%v\n%s", err, merged)
	}
}

// A file that is there stays what it was, and has what it needs; or it is refused.
func FuzzMergeLuarc(f *testing.F) {
	for _, s := range []string{newLuarc(), "{}", "{// x\n}", `{"workspace":{"library":[],},}`, "{\n\"a\":1,//x\n\"b\":[1,\n2]}", `{"workspace.library":{}, "Lua": {}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		merged, err := mergeLuarc(text)
		if err != nil {
			return
		}
		before, err := (&jsonc{src: text}).parse()
		if err != nil {
			t.Fatal(err)
		}
		after, err := (&jsonc{src: merged}).parse()
		if err != nil {
			t.Fatalf("%v\n%s\nbecame\n%s", err, text, merged)
		}
		if !within(text, before, merged, after) {
			t.Fatalf("lost something:\n%s\nbecame\n%s", text, merged)
		}
		if again, err := mergeLuarc(merged); err != nil || again != merged {
			t.Fatalf("%v: a second time\n%s\nbecame\n%s", err, merged, again)
		}
	})
}

// within reports whether all that a has is at the same place in b.
func within(textA string, a *value, textB string, b *value) bool {
	if a.kind != b.kind || a.text != b.text || len(a.members) > len(b.members) {
		return false
	}
	if a.kind != '{' && a.kind != '[' {
		return textA[a.from:a.to] == textB[b.from:b.to]
	}
	for i, m := range a.members {
		if m.key != b.members[i].key || !within(textA, m.value, textB, b.members[i].value) {
			return false
		}
	}
	return true
}
