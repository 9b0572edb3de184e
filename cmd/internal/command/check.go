package command

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/check"
	"github.com/lull-lua/lull/interp/test"
)

const checkUsage = `usage: lull check [--json] [file|folder...]

Compiles scripts, and looks for what will not do what it looks like, without running them. Of a folder it takes all *.lua files
below, but for hidden folders and lua_modules; without a name the current folder; - is standard input. A line for each finding:
file:line:column: message (code). In a script comments tell it what to leave out:

  -- lull: global name...    globals that are set elsewhere
  -- lull: ignore [code...]  nothing about this line, or the next if the comment stands alone

The status is 0 if there is nothing to tell, 1 if there is, 3 if a file does not compile, 2 if one cannot be read.
`

// checkFiles is "lull check".
func checkFiles(p *process, args []string) int {
	flags := flag.NewFlagSet("lull check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	o := &options{with: p.with, check: true}
	err := flags.Parse(args)
	for err == nil && flags.NArg() > 0 { // a flag may stand behind a name
		o.rest = append(o.rest, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(checkUsage)
	case err != nil:
		fmt.Fprintf(p.stderr, "lull check: %v\n%s", FlagError(flags, err), checkUsage)
		return statusUsage
	case len(o.rest) == 0:
		o.rest = []string{"."}
	}
	return checkAll(p, o, *asJSON)
}

// checkAll looks at every script that the command line names, and at those in folders that it names. The status is that of what cannot
// be read, else of what does not compile, else whether there is anything to tell.
func checkAll(p *process, o *options, asJSON bool) int {
	c, err := newCheckers(p.with)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull:", err)
		return statusFailed
	}
	result := 0
	findings := []check.Finding{}
	note := func(status int) {
		if result == 0 || status == statusUsage {
			result = status
		}
	}
	for _, one := range checked(o, func(err error) {
		fmt.Fprintln(p.stderr, "lull:", err)
		note(statusUsage)
	}) {
		s, status, ok := wanted(one, p.signals, p.stdin, p.stderr)
		if !ok {
			if status > statusSyntax { // a signal
				return status
			}
			note(status)
			continue
		}
		var err error
		if sig := p.signals.during(func() { err = c.Add(s.chunk, s.src) }); sig != nil {
			return signalStatus(sig)
		}
		if err != nil {
			note(statusSyntax)
			if !asJSON {
				newReporter(p.stderr, s).syntax(err)
			} else if e := (*interp.SyntaxError)(nil); errors.As(err, &e) {
				findings = append(findings, check.Finding{File: s.name(), Line: e.Line, Column: e.Column, Code: "syntax-error", Message: e.Error()})
			} else {
				findings = append(findings, check.Finding{File: s.name(), Line: 1, Code: "syntax-error", Message: err.Error()})
			}
		}
	}
	if sig := p.signals.during(func() { findings = append(findings, c.Findings()...) }); sig != nil {
		return signalStatus(sig)
	}
	var text strings.Builder
	if asJSON {
		out, err := json.MarshalIndent(findings, "", "  ")
		if err != nil {
			fmt.Fprintln(p.stderr, "lull check:", err)
			return statusFailed
		}
		text.Write(append(out, '\n'))
	} else {
		for _, f := range findings {
			text.WriteString(f.String() + "\n")
		}
	}
	if status := p.say(text.String()); status != 0 {
		return status
	}
	if result == 0 && len(findings) > 0 {
		return statusFailed
	}
	return result
}

// checkers are one for scripts and one for files with tests, which have more builtins. Both are given all files, as one may set what
// another uses, and each tells of its own.
type checkers struct{ scripts, tests *check.Checker }

func newCheckers(x *Extension) (c checkers, err error) {
	if c.scripts, err = newChecker(x.Modules...); err == nil {
		c.tests, err = newChecker(append([]interp.Option{test.Modules()}, x.Modules...)...)
	}
	return c, err
}

// newChecker is a checker for what the command gives to scripts, and for more.
func newChecker(more ...interp.Option) (*check.Checker, error) {
	rt, err := interp.New(append([]interp.Option{builtins.Std(), argTable(&script{})}, more...)...)
	if err != nil {
		return nil, err
	}
	defer rt.Close()
	return check.New(rt.Modules())
}

// Add adds a file; the error is that it does not compile.
func (c checkers) Add(chunk string, src []byte) error {
	if err := c.tests.Add(chunk, src); err != nil {
		return err
	}
	return c.scripts.Add(chunk, src)
}

// Findings are those of all files.
func (c checkers) Findings() []check.Finding {
	isTest := func(f check.Finding) bool { return strings.HasSuffix(f.File, "_test.lua") }
	all := slices.DeleteFunc(c.scripts.Findings(), isTest)
	return append(all, slices.DeleteFunc(c.tests.Findings(), func(f check.Finding) bool { return !isTest(f) })...)
}

// checked are the command lines that each name one script of those that are to be looked at.
func checked(o *options, failed func(error)) (all []*options) {
	if o.hasCode || len(o.rest) == 0 {
		return []*options{o}
	}
	for _, name := range o.rest {
		files := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			if files, err = luaFiles(name); err != nil {
				failed(err)
			}
		}
		for _, file := range files {
			one := *o
			one.rest = []string{file}
			all = append(all, &one)
		}
	}
	return all
}

// luaFiles are the scripts in a folder and those below it, but for what is hidden and what LuaRocks has installed.
func luaFiles(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return fmt.Errorf("%s: %w", path, withoutPath(err))
		case d.IsDir() && path != dir && (strings.HasPrefix(name, ".") || name == "lua_modules"):
			return filepath.SkipDir
		case !d.IsDir() && strings.HasSuffix(name, ".lua"):
			files = append(files, path)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("%s: there is no *.lua file in it", dir)
	}
	return files, err
}
