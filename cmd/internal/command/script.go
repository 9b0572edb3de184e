package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
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
		return nil, fmt.Errorf("%s: %w%s", file, withoutPath(err), meantFile(o.with, file, args, err))
	}
	return &script{"@" + file, src, file, args, o.before}, nil
}

// wanted reads the script that the command line names; where that failed, ok is false and status is what to exit with.
func wanted(o *options, signals *signals, stdin io.Reader, stderr io.Writer) (s *script, status int, ok bool) {
	var in *script
	var err error
	signals.dump = func() {
		fmt.Fprintln(stderr, "lull: there are no tasks yet: the script is being read")
	}
	read := make(chan struct{}) // closed when these two are there
	go func() {
		defer close(read)
		in, err = openScript(o, stdin)
	}()
	if sig := signals.wait(read); sig != nil { // from a terminal, a pipe
		return nil, signalStatus(sig), false
	}
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return nil, statusUsage, false
	}
	return in, 0, true
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
func meantFile(x *Extension, file string, args []string, err error) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	dir, base := filepath.Split(file)
	if info, err := os.Stat(file + ".lua"); err == nil && info.Mode().IsRegular() {
		return "; did you mean '" + file + ".lua'?"
	}
	if dir == "" {
		if (file == "run" || file == "exec") && len(args) > 0 {
			return "; did you mean '" + x.program() + " " + args[0] + "'?"
		}
		if near := interp.Nearest(base, x.subcommandNames); near != "" {
			return "; did you mean '" + x.program() + " " + near + "'?"
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

// folder is the script's own, "." where it has none.
func (s *script) folder() string {
	if s.chunk[0] != '@' {
		return "."
	}
	return filepath.Dir(s.name())
}

// packagePaths are where require looks: for Lua files in what LUA_PATH says, or else beside the script, where LuaRocks installs with
// --tree lua_modules there, and in the working directory likewise; for modules in C, which it can but name, in what LUA_CPATH says,
// or else in the same places and where systems have them.
func packagePaths(s *script) (path, cpath string) {
	suffix := ".so"
	if runtime.GOOS == "windows" {
		suffix = ".dll"
	}
	var lua, c []string
	dirs := []string{s.folder(), "."}
	for _, dir := range slices.Compact(dirs) {
		tree := dir + "/lua_modules/"
		lua = append(lua, dir+"/?.lua", dir+"/?/init.lua", tree+"share/lua/5.1/?.lua", tree+"share/lua/5.1/?/init.lua")
		c = append(c, dir+"/?"+suffix, tree+"lib/lua/5.1/?"+suffix)
	}
	if suffix == ".so" {
		c = append(c, "/usr/local/lib/lua/5.1/?.so", "/usr/lib/lua/5.1/?.so")
	}
	return pathFrom("LUA_PATH", lua), pathFrom("LUA_CPATH", c)
}

// pathFrom is the path that a variable of the environment holds, in which ;; stands for the usual one, or the usual one.
func pathFrom(variable string, usual []string) string {
	path, ok := os.LookupEnv(variable)
	if !ok {
		return strings.Join(usual, ";")
	}
	var all []string
	for i, part := range strings.Split(path, ";;") {
		if i > 0 {
			all = append(all, usual...)
		}
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, ";")
}
