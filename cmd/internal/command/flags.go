package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
)

// options are the command line.
type options struct {
	with      *Extension
	code      string
	hasCode   bool     // -e was given
	modules   []string // to be required first
	stay      bool     // in the REPL, afterwards
	virtual   bool
	chaos     *interp.Chaos // nil: none
	check     bool
	stats     bool
	version   bool
	verbose   bool          // the version first
	timeout   time.Duration // 0: none
	trace     string        // the file of --trace; "": none
	traceLast int           // bytes; 0: all
	cores     int           // 0: the default
	grants                  // what the script has
	progress  bool
	joblog    string        // a file; "": none
	profile   string        // the file of --cpuprofile; "": none
	slow      time.Duration // 0: no turn is too long
	journal   journaling    // --journal, --run, --resume
	before    []string      // the command and its flags
	rest      []string      // what follows them
}

// maxCores is the most that --cores takes.
const maxCores = 1024

// nothing reports whether the command line names nothing to run.
func (o *options) nothing() bool { return !o.hasCode && len(o.rest) == 0 }

// parseFlags reads the command line, whose first word is the program's name.
func parseFlags(x *Extension, args []string) (*options, error) {
	o := &options{with: x}
	program, args := args[:1], args[1:]
	flags := o.flags()
	err := flags.Parse(separate(flags, args))
	o.rest = flags.Args()
	o.before = slices.Concat(program, args[:len(args)-len(o.rest)])
	if err == nil && o.check && o.stay {
		err = errors.New("--check runs nothing, so that -i has nothing to stay with")
	}
	if err == nil {
		err = o.grants.check()
	}
	if err == nil {
		err = o.journal.check(o)
	}
	if err == nil && o.traceLast > 0 && o.trace == "" {
		err = errors.New("--trace-last needs --trace FILE, where the end of the run is written to when it fails")
	}
	return o, FlagError(flags, err)
}

// flags are the command's, which the usage lists.
func (o *options) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("lull", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("e", "", func(code string) error {
		if o.hasCode {
			return errors.New("only one is possible")
		}
		o.code, o.hasCode = code, true
		return nil
	})
	flags.Func("l", "", func(module string) error {
		if module == "" {
			return errors.New("the module's name is empty")
		}
		o.modules = append(o.modules, module)
		return nil
	})
	flags.BoolVar(&o.stay, "i", false, "")
	flags.BoolVar(&o.virtual, "virtual-time", false, "")
	flags.Func("chaos", "", func(text string) error {
		c, _, err := parseChaos(text)
		o.chaos, o.virtual = &c, true
		return err
	})
	flags.BoolVar(&o.check, "check", false, "")
	flags.BoolVar(&o.stats, "stats", false, "")
	flags.BoolVar(&o.version, "version", false, "")
	flags.BoolVar(&o.verbose, "v", false, "")
	flags.Func("timeout", "", func(text string) (err error) {
		o.timeout, err = parseTimeout(text)
		return err
	})
	for name, at := range map[string]*string{"trace": &o.trace, "joblog": &o.joblog, "cpuprofile": &o.profile} {
		flags.Func(name, "", func(file string) error {
			if *at = file; file == "" {
				return errors.New("the file's name is empty")
			}
			return nil
		})
	}
	flags.Func("cores", "", func(text string) (err error) {
		if o.cores, err = strconv.Atoi(text); err != nil || o.cores < 1 || o.cores > maxCores {
			err = fmt.Errorf("a number of isolates that compute at once is wanted, from 1 to %d", maxCores)
		}
		return err
	})
	flags.BoolVar(&o.progress, "progress", false, "")
	o.journal.define(flags)
	flags.Func("slow", "", func(text string) (err error) {
		if o.slow, err = parseTimeout(text); err == nil && o.slow < shortestSlow {
			err = errors.New("the shortest turn that can be told of is " + shortestSlow.String())
		}
		return err
	})
	flags.Func("trace-last", "", func(text string) (err error) {
		o.traceLast, err = parseSize(text)
		return err
	})
	o.grants.define(flags)
	if o.with != nil && o.with.Flags != nil {
		o.with.Flags(flags)
	}
	return flags
}

// separate takes "-lNAME" and "-eCODE" apart, which the stand-alone lua takes, too. The code of -e stands in the script's place: what
// follows it is the script's, whatever it looks like.
func separate(flags *flag.FlagSet, args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if len(a) > 2 && (a[:2] == "-l" || a[:2] == "-e") && a[2] != '=' {
			out = append(out, a[:2], a[2:])
			if a[:2] == "-e" {
				return append(out, arguments(args[i+1:])...)
			}
			continue
		}
		name := strings.TrimPrefix(strings.TrimPrefix(a, "-"), "-")
		if name == "" || name == a { // "-", "--" or the script
			return append(out, args[i:]...)
		}
		out = append(out, a)
		f := flags.Lookup(name)
		if f == nil {
			continue // it has a value behind "=", or is an error
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); (!ok || !b.IsBoolFlag()) && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
		if name == "e" {
			return append(out, arguments(args[min(i+1, len(args)):])...)
		}
	}
	return out
}

// arguments are those of the script, so that package flag leaves them alone; but for a second -e, which it refuses.
func arguments(args []string) []string {
	if len(args) == 0 || args[0] == "--" || args[0] == "-e" {
		return args
	}
	return append([]string{"--"}, args...)
}

// otherFlags are what others call some of the flags.
var otherFlags = map[string]string{"c": "-e", "eval": "-e", "execute": "-e", "m": "-l", "r": "-l", "require": "-l", "V": "-v", "interactive": "-i", "syntax-only": "--check"}

// FlagError is an error of package flag in the command's words: flags have their two dashes, and one that there is not has what was meant.
func FlagError(flags *flag.FlagSet, err error) error {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		return errors.New("there is no flag " + dashed(name) + meantFlag(flags, name))
	}
	if name, ok := strings.CutPrefix(text, "flag needs an argument: -"); ok {
		return errors.New(dashed(name) + " needs a value")
	}
	flags.VisitAll(func(f *flag.Flag) {
		if value, ok := strings.CutSuffix(text, " for -"+f.Name+": parse error"); ok {
			text = dashed(f.Name) + " takes no value: " + strings.TrimPrefix(value, "invalid boolean value ") + " is none of true and false"
		}
		if o, ok := f.Value.(optional); ok && o != nil { // not the flag package's words, which takes it for a boolean
			if _, why, cut := strings.Cut(text, " for -"+f.Name+": "); cut {
				text = dashed(f.Name) + ": " + why
			}
		}
		text = strings.Replace(text, " for flag -"+f.Name+": ", " for "+dashed(f.Name)+": ", 1)
	})
	return errors.New(text)
}

// dashed is a flag as the usage has it.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// meantFlag says which flag was meant by a name that there is not; "" if none comes near.
func meantFlag(flags *flag.FlagSet, name string) string {
	meant := otherFlags[name]
	if meant == "" {
		near := interp.Nearest(name, func(yield func(string) bool) {
			flags.VisitAll(func(f *flag.Flag) {
				if len(f.Name) > 1 {
					yield(f.Name)
				}
			})
		})
		if near == "" {
			return ""
		}
		meant = dashed(near)
	}
	return "; did you mean " + meant + "?"
}

// parseTimeout reads a duration as Go writes them; a number alone is seconds.
func parseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if n, bad := strconv.ParseFloat(text, 64); bad == nil && !math.IsInf(n, 0) && n == n {
		if n >= math.MaxInt64/float64(time.Second) {
			return 0, errors.New("it is longer than 292 years")
		}
		d, err = time.Duration(n*float64(time.Second)), nil
	}
	switch {
	case err != nil:
		return 0, errors.New("a duration is wanted, such as 30s, 5m or 1h30m, or a number of seconds")
	case d <= 0:
		return 0, errors.New("it must be above zero")
	}
	return d, nil
}
