package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lull-lua/lull/builtins/library"
)

const stubsUsage = `usage: lull stubs DIR        DIR is the folder that the editor opens
`

// stubsDir is the folder inside it that the stubs are written to.
const stubsDir = ".lull"

// luarc tells the Lua language server about Lull. LuaJIT comes nearest to what Lull has beyond Lua 5.1, such as goto.
const luarc = `{
  "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
  "runtime.version": "LuaJIT",
  "runtime.builtin": {
    "bit": "disable",
    "ffi": "disable",
    "jit": "disable",
    "string.buffer": "disable",
    "table.clear": "disable",
    "table.new": "disable"
  },
  "workspace.library": ["` + stubsDir + `"]
}
`

// stubs writes what an editor has to know: the types of the builtins, and where they are. Stubs of another version are
// overwritten, a .luarc.json that is there is not.
func stubs(args []string, stdout, stderr io.Writer) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		return say(stdout, stderr, stubsUsage)
	}
	if len(args) != 1 || args[0] == "" {
		io.WriteString(stderr, stubsUsage)
		return statusUsage
	}
	said, err := writeStubs(args[0])
	if err != nil {
		fmt.Fprintln(stderr, "lull stubs:", err)
		return statusFailed
	}
	return say(stdout, stderr, said)
}

func writeStubs(dir string) (said string, err error) {
	if info, err := os.Stat(dir); err != nil {
		return "", err
	} else if !info.IsDir() {
		return "", fmt.Errorf("%s is no folder", dir)
	}
	into := filepath.Join(dir, stubsDir)
	if err := os.MkdirAll(into, 0o777); err != nil {
		return "", err
	}
	for name, src := range library.Files() {
		if err := os.WriteFile(filepath.Join(into, name), []byte(src), 0o666); err != nil {
			return "", err
		}
	}
	rc := filepath.Join(dir, ".luarc.json")
	f, err := os.OpenFile(rc, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if os.IsExist(err) {
		return fmt.Sprintf("wrote %s; %s is there already: see that \"workspace.library\" in it has %q\n", into, rc, stubsDir), nil
	}
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(f, luarc)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return fmt.Sprintf("wrote %s and %s\n", into, rc), err
}
