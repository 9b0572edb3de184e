// Command lull runs async job scripts: Lua 5.1 whose builtins wait without blocking anybody else.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Exit statuses that are the command's own; a signal's is 128 and its number.
const (
	statusFailed   = 1
	statusUsage    = 2
	statusSyntax   = 3
	statusTimeout  = 124
	statusPipeGone = 141 // as a shell shows a death by SIGPIPE
)

func main() {
	collectLate()
	readTZ()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the command: it returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signals := watchSignals()

	o, err := parseFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return say(stdout, stderr, usage)
	case err != nil:
		fmt.Fprintf(stderr, "lull: %v (lull -h lists the flags)\n", err)
		return statusUsage
	case o.version || o.verbose && o.nothing() && !o.stay:
		return say(stdout, stderr, version())
	}
	if c := subcommand(o); c != nil {
		signals.leave() // there is nothing to unwind
		return c(o.rest[1:], stdout, stderr)
	}
	if o.verbose {
		if status := say(stdout, stderr, version()); status != 0 {
			return status
		}
	}
	switch {
	case o.check:
		return checkAll(o, signals, stdin, stderr)
	case wantsREPL(o, stdin):
		return interactive(o, nil, signals, stdin, stdout, stderr)
	}
	in, status, ok := wanted(o, signals, stdin, stderr)
	if !ok {
		return status
	}
	if o.stay {
		return interactive(o, in, signals, stdin, stdout, stderr)
	}
	rep := newReporter(stderr, in)
	prog, err := interp.Compile(in.chunk, in.src)
	if err != nil {
		rep.syntax(err)
		return statusSyntax
	}
	return execute(prog, in, o, rep, signals, stdin, stdout, stderr)
}

// subcommands are what the first word may be instead of a script.
func subcommands() map[string]func(args []string, stdout, stderr io.Writer) int {
	return map[string]func(args []string, stdout, stderr io.Writer) int{"doc": doc, "stubs": stubs, "help": help, "version": versionCommand}
}

// subcommand is the one that the command line names; nil for none.
func subcommand(o *options) func(args []string, stdout, stderr io.Writer) int {
	if o.hasCode || o.check || len(o.rest) == 0 {
		return nil
	}
	return subcommands()[o.rest[0]]
}

// help is "lull help": of the command, of a subcommand, else of a builtin.
func help(args []string, stdout, stderr io.Writer) int {
	switch {
	case len(args) == 0, args[0] == "help", args[0] == "-h", args[0] == "--help":
		return say(stdout, stderr, usage)
	case args[0] == "version" && len(args) == 1:
		return say(stdout, stderr, "usage: lull version\n")
	case args[0] == "doc" && len(args) == 1:
		return say(stdout, stderr, docUsage)
	case args[0] == "stubs" && len(args) == 1:
		return say(stdout, stderr, stubsUsage)
	}
	return doc(args, stdout, stderr)
}

// wanted reads the script that the command line names; where that failed, ok is false and status is what to exit with.
func wanted(o *options, signals *signals, stdin io.Reader, stderr io.Writer) (s *script, status int, ok bool) {
	var in *script
	var err error
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

// checkAll compiles every script that the command line names, and tells of each that does not compile. Its status is that of
// what cannot be read, else of what does not compile.
func checkAll(o *options, signals *signals, stdin io.Reader, stderr io.Writer) int {
	result := 0
	for i := 0; i == 0 || !o.hasCode && i < len(o.rest); i++ {
		one := *o
		if i < len(o.rest) {
			one.rest = o.rest[i : i+1]
		}
		s, status, ok := wanted(&one, signals, stdin, stderr)
		if ok {
			if _, err := interp.Compile(s.chunk, s.src); err != nil {
				newReporter(stderr, s).syntax(err)
				status = statusSyntax
			}
		}
		switch {
		case status > statusSyntax: // a signal
			return status
		case result == 0 || status == statusUsage:
			result = status
		}
	}
	return result
}

// say prints what was asked for.
func say(stdout, stderr io.Writer, text string) int {
	if _, err := io.WriteString(stdout, text); err != nil {
		fmt.Fprintln(stderr, "lull: standard output:", err)
		return statusFailed
	}
	return 0
}

// versionCommand is "lull version".
func versionCommand(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] != "-h" && args[0] != "--help" {
		fmt.Fprintln(stderr, "lull version: it takes no arguments")
		return statusUsage
	}
	return say(stdout, stderr, version())
}

// version is the module's version, and those of what decides how scripts run.
func version() string {
	lua := "?"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if strings.HasSuffix(dep.Path, "/gopher-lua") {
				lua = dep.Version
			}
		}
	}
	return fmt.Sprintf("lull %s (Lua 5.1 on gopher-lua %s, %s %s/%s)\n", moduleVersion(), lua, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
