package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp"
)

// maxScript is more than the compiler takes, so that it is the one to complain.
const maxScript = 64<<20 + 1

// script is what is to be run.
type script struct {
	chunk  string // its name by Lua's rules: "@job.lua" is a file, "=stdin" stands for itself
	src    []byte
	arg0   string // arg[0]
	args   []string
	before []string // the command line up to the script
}

// name is how messages show the script.
func (s *script) name() string { return s.chunk[1:] }

// openScript finds out what the command line wants to be run, and reads it.
func openScript(o *options, stdin io.Reader) (*script, error) {
	if o.hasCode {
		return &script{"=(command line)", []byte(o.code), "-e", o.rest, o.before}, nil
	}
	file, args := "-", o.rest
	if len(args) > 0 {
		file, args = args[0], args[1:]
	} else if f, ok := stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return nil, errors.New("no script: lull FILE runs a file, lull -e CODE a line, lull - reads standard input; lull -h tells more")
	}
	switch file {
	case "":
		return nil, errors.New("the script's name is empty")
	case "-":
		src, err := io.ReadAll(io.LimitReader(stdin, maxScript))
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", withoutPath(err))
		}
		return &script{"=stdin", src, file, args, o.before}, nil
	}
	src, err := readSource(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w%s", file, withoutPath(err), meantFile(file, err))
	}
	return &script{"@" + file, src, file, args, o.before}, nil
}

func readSource(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a directory, not a script")
	}
	return io.ReadAll(io.LimitReader(f, maxScript))
}

// maxNames bounds how many files of a folder a misspelt name is compared with.
const maxNames = 1000

// meantFile is what follows a message that a script is not there: what the name was meant for, a subcommand or a file.
func meantFile(file string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	dir, base := filepath.Split(file)
	if info, err := os.Stat(file + ".lua"); err == nil && info.Mode().IsRegular() {
		return "; did you mean '" + file + ".lua'?"
	}
	if dir == "" {
		if near := interp.Nearest(base, maps.Keys(subcommands())); near != "" {
			return "; did you mean 'lull " + near + "'?"
		}
	}
	f, err := os.Open(cmp.Or(dir, "."))
	if err != nil {
		return ""
	}
	defer f.Close()
	names, _ := f.Readdirnames(maxNames) // of those that it could read
	if near := interp.Nearest(base, slices.Values(names)); near != "" {
		return "; did you mean '" + dir + near + "'?"
	}
	return ""
}

// withoutPath is err without the operation and the file's name, for a message that has the name already.
func withoutPath(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// packagePath is where require looks: beside the script, in the working directory, where LuaRocks installs with
// --tree lua_modules, and in what LUA_PATH says. The default path that ";;" stands for there is in front already.
func packagePath(s *script, luaPath string) string {
	var dirs []string
	if dir := filepath.Dir(s.name()); s.chunk[0] == '@' && dir != "." {
		dirs = append(dirs, dir)
	}
	dirs = append(dirs, ".", "lua_modules/share/lua/5.1")
	var path []string
	for _, dir := range dirs {
		path = append(path, dir+"/?.lua", dir+"/?/init.lua")
	}
	for _, p := range strings.Split(luaPath, ";") {
		if p != "" {
			path = append(path, p)
		}
	}
	return strings.Join(path, ";")
}
