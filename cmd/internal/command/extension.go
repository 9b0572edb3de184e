package command

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Extension is what another program adds to the command, which is the command's in all else. The zero value adds nothing.
type Extension struct {
	// Name is the program's. Messages of the command itself stay lull's. Does says in a few words what it does, and Manual in paragraphs, for its manual page;
	// Environment has the variables that it reads, each with what it is.
	Name        string
	Does        string
	Manual      string
	Environment [][2]string

	// Modules are what scripts have beside the builtins: in runs, tests, the REPL, lull doc, check and stubs.
	Modules []interp.Option

	// Flags defines flags of scripts' runs; FlagsUsage describes them, as the command's usage does.
	Flags      func(flags *flag.FlagSet)
	FlagsUsage string

	Commands []Command

	// Runs, unless nil, is told before a script or the REPL runs with which options another runtime has the same grants, and what --cores says, 0 for nothing; the
	// script is that which messages show. Its error ends the command. Ended, unless nil, is called when the runtime of the script has closed.
	Runs  func(script string, grants []interp.Option, cores int) error
	Ended func()

	// Jobs, unless nil, are those that the program runs at the moment, beside the script: ps, pstree, top and SIGQUIT show them. It may be called from any
	// goroutine.
	Jobs func() []Job
}

// Command is a subcommand of an Extension.
type Command struct {
	Name  string
	Form  string // how it is called, without the program's name
	Does  string // in a line of the usage
	Usage string // "help NAME", and -h, print this

	// Run is given the arguments behind the name, and returns the exit status. Signals have their usual meaning until it asks for them.
	Run func(args []string, stdout, stderr io.Writer) (status int)
}

// subcommand is one of the extension as the command's own are.
func (c *Command) subcommand() *subcommand {
	return &subcommand{name: c.Name, form: c.Form, does: c.Does, usage: c.Usage, run: func(p *process, args []string) int {
		if slices.Contains(args, "-h") || slices.Contains(args, "--help") {
			return p.say(c.Usage)
		}
		return c.Run(args, p.stdout, p.stderr)
	}}
}

// find is the subcommand of that name; nil: there is none.
func (x *Extension) find(name string) *subcommand {
	for i := range x.Commands {
		if x.Commands[i].Name == name {
			return x.Commands[i].subcommand()
		}
	}
	return findSubcommand(name)
}

// program is its name.
func (x *Extension) program() string { return cmp.Or(x.Name, "lull") }

// named is a text about the command with the program's name.
func (x *Extension) named(text string) string { return strings.ReplaceAll(text, "lull", x.program()) }

// renamed are completions of lull as those of the program, whose functions have names of their own.
func (x *Extension) renamed(text string) string {
	if x.Name == "" {
		return text
	}
	function := "_" + strings.ReplaceAll(x.Name, "-", "_")
	return strings.NewReplacer("_lull lull\n", function+" "+x.Name+"\n", "_lull", function, "#compdef lull\n", "#compdef "+x.Name+"\n", "complete -c lull ", "complete -c "+x.Name+" ",
		" of lull for ", " of "+x.Name+" for ", " by lull ", " by "+x.Name+" ").Replace(text)
}

// subcommands are the program's own, then the command's.
func (x *Extension) subcommands() (all []subcommand) {
	for i := range x.Commands {
		all = append(all, *x.Commands[i].subcommand())
	}
	return append(all, subcommands()...)
}

// subcommandNames goes through the names of all subcommands.
func (x *Extension) subcommandNames(yield func(string) bool) {
	for _, c := range x.subcommands() {
		if !yield(c.name) {
			return
		}
	}
}

// flagRows are the flags of runs.
func (x *Extension) flagRows() []flagRow {
	return append(flagRows(x.FlagsUsage), flagRows(usageOfFlags)...)
}

// usage is that of the program.
func (x *Extension) usage() string {
	if x.Name == "" {
		return usage()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s is lull with more: all that lull does, it does.\n\n", x.Name)
	for _, c := range x.Commands {
		fmt.Fprintf(&b, "       %s %-26s%s\n", x.Name, c.Form, c.Does)
	}
	b.WriteString("\n" + x.FlagsUsage + "\n" + usage())
	return b.String()
}

// runs tells the extension of a run.
func (x *Extension) runs(o *options, s *script, signals *signals) ([]interp.Option, error) {
	if x.Runs == nil {
		return x.Modules, nil
	}
	grants, err := o.grantOptions(s, signals)
	if err != nil {
		return nil, err
	}
	return x.Modules, x.Runs(s.name(), append(grants, x.Modules...), o.cores)
}

func (x *Extension) ended() {
	if x.Ended != nil {
		x.Ended()
	}
}

// Grants are what the flags --safe, --fs, --net and --limits give to scripts, for subcommands of an Extension that run some.
type Grants struct{ of grants }

// Flags defines the flags.
func (g *Grants) Flags(flags *flag.FlagSet) { g.of.define(flags) }

// Options are those of a runtime that has the grants, with this process's environment; modules are looked for as a script in the working directory would.
// The error is that of flags that do not go together, or of a folder that is not there.
func (g *Grants) Options() ([]interp.Option, error) {
	if err := g.of.check(); err != nil {
		return nil, err
	}
	return (&options{grants: g.of}).grantOptions(&script{chunk: "=worker"}, nil)
}

// grantOptions are the options that say what a script may do.
func (o *options) grantOptions(s *script, signals *signals) ([]interp.Option, error) {
	opts, err := o.grants.options()
	if err != nil || o.safe {
		return opts, err
	}
	path, cpath := packagePaths(s)
	opts = append(opts,
		interp.WithEnv(slices.DeleteFunc(os.Environ(), func(e string) bool { return !strings.Contains(e, "=") })), // an environment may hold anything
		interp.WithPath(path, s.folder()), interp.WithCPath(cpath))
	if signals != nil {
		opts = append(opts, interp.WithSignals(signals.watch))
	}
	return opts, nil
}
