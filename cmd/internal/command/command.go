// Package command is the command lull: flags, signals, exit statuses and reports. It has no semantics of its own: whatever a script can
// do is interp's and the builtins'. A subcommand is a file of this package, with a row in subcommands.
package command

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"

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

// Main is the command as a program: it sets up what belongs to the whole process, runs the command line args, whose first word is the
// program's name, and returns the exit status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return MainWith(&Extension{}, args, stdin, stdout, stderr)
}

// MainWith is Main of a program that adds something to the command.
func MainWith(x *Extension, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	collectLate()
	readTZ()
	log.SetOutput(io.Discard) // net/http logs what it thinks of a peer: standard error is the script's
	return runWith(x, args, stdin, stdout, stderr)
}

// subcommand is what the first word may be instead of a script.
type subcommand struct {
	name  string
	form  string // how it is called, without "lull"
	does  string // in a line of the usage
	usage string // "lull help NAME" prints this; "": the usage of the command itself
	run   func(p *process, args []string) (status int)
	waits bool // run waits for signals: they end nothing by themselves
}

// subcommands are all of them, in the order of the usage.
func subcommands() []subcommand {
	return []subcommand{
		{name: "doc", form: "doc [--json] [name]", does: "the reference", usage: docUsage, run: doc},
		{name: "check", form: "check [--json] [files]", does: "looks for mistakes, without running anything", usage: checkUsage, run: checkFiles, waits: true},
		{name: "test", form: "test [flags] [files]", does: "runs tests: *_test.lua, in virtual time", usage: testUsage, run: runTests, waits: true},
		{name: "init", form: "init [DIR]", does: "begins a project: a job, its test, what editors need", usage: initUsage, run: initProject},
		{name: "stubs", form: "stubs DIR", does: "types of the builtins, for editors", usage: stubsUsage, run: stubs},
		{name: "journal", form: "journal FILE [run]", does: "what --journal has recorded", usage: journalUsage, run: journal},
		{name: "ps", form: "ps [--json] PID", does: "what the tasks of a lull that runs do", usage: psUsage, run: ps},
		{name: "pstree", form: "pstree [--json] PID", does: "the same as a tree", usage: pstreeUsage, run: pstree},
		{name: "trace", form: "trace view FILE", does: "what --trace has recorded; also: summary, convert", usage: traceUsage, run: traceCommand},
		{name: "top", form: "top [--by ran] PID", does: "the same, in place, by time", usage: topUsage, run: top},
		{name: "completion", form: "completion SHELL", does: "for bash, zsh or fish: completes flags, commands and files", usage: completionUsage, run: completion},
		{name: "help", form: "help [name]", does: "this, or about a command or a builtin", run: help},
		{name: "version", form: "version", usage: "usage: lull version\n", run: printVersion},
	}
}

// process is what the command has of the process that it runs in.
type process struct {
	with           *Extension
	signals        *signals
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run is the command line of lull itself.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return runWith(&Extension{}, args, stdin, stdout, stderr)
}

// runWith is the command line: it returns the exit status.
func runWith(x *Extension, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &process{x, watchSignals(), stdin, stdout, stderr}
	o, err := parseFlags(x, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(x.usage())
	case err != nil:
		fmt.Fprintf(stderr, "%s: %v (%[1]s -h lists the flags)\n", cmp.Or(x.Name, "lull"), err)
		return statusUsage
	case o.version || o.verbose && o.nothing() && !o.stay:
		return p.say(version())
	}
	if c := o.subcommand(); c != nil {
		if !c.waits {
			p.signals.leave() // there is nothing to unwind
		}
		return c.run(p, o.rest[1:])
	}
	if o.verbose {
		if status := p.say(version()); status != 0 {
			return status
		}
	}
	switch {
	case o.check:
		return checkAll(p, o, false)
	case wantsREPL(o, stdin) && o.journal.file != "":
		fmt.Fprintln(stderr, "lull:", errNoJournal)
		return statusUsage
	case wantsREPL(o, stdin):
		return interactive(o, nil, p.signals, stdin, stdout, stderr)
	}
	in, status, ok := wanted(o, p.signals, stdin, stderr)
	if !ok {
		return status
	}
	if o.stay {
		return interactive(o, in, p.signals, stdin, stdout, stderr)
	}
	rep := newReporter(stderr, in)
	prog, err := interp.Compile(in.chunk, in.src)
	if err != nil {
		rep.syntax(err)
		return statusSyntax
	}
	return execute(prog, in, o, rep, p.signals, stdin, stdout, stderr)
}

// subcommand is the one that the command line names; nil for none.
func (o *options) subcommand() *subcommand {
	if o.hasCode || o.check || len(o.rest) == 0 {
		return nil
	}
	return o.with.find(o.rest[0])
}

// findSubcommand is the subcommand of that name; nil if there is none.
func findSubcommand(name string) *subcommand {
	for _, c := range subcommands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}

// say prints what was asked for, and returns the exit status.
func (p *process) say(text string) int {
	if _, err := io.WriteString(p.stdout, text); err != nil {
		fmt.Fprintln(p.stderr, "lull: standard output:", err)
		return statusFailed
	}
	return 0
}
