package command

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// grants are what the flags --safe, --fs, --net and --limits say: so that a stranger's script can be run as one finds it.
type grants struct {
	safe    bool
	folder  string          // of --fs
	network *interp.Network // of --net
	limits  *interp.Limits  // of --limits
}

func (g *grants) define(flags *flag.FlagSet) {
	flags.BoolVar(&g.safe, "safe", false, "")
	flags.Func("fs", "", func(dir string) error {
		if g.folder != "" {
			return errors.New("only one folder is possible")
		}
		if g.folder = dir; dir == "" {
			return errors.New("the folder's name is empty")
		}
		return nil
	})
	flags.Func("net", "", g.parseNetwork)
	flags.Func("limits", "", g.parseLimits)
}

// check is what is wrong with the flags together.
func (g *grants) check() error {
	if !g.safe && (g.folder != "" || g.network != nil) {
		return errors.New("--fs and --net grant something to a script that runs with --safe; without it a script has everything")
	}
	return nil
}

// options are those of a script's runtime. The folder of --fs stays open until the process ends.
func (g *grants) options() (opts []interp.Option, err error) {
	if g.limits != nil {
		opts = append(opts, interp.WithLimits(*g.limits))
	}
	if !g.safe {
		return append(opts, builtins.Std()), nil
	}
	opts = append(opts, builtins.Safe(), interp.WithDenied(g.hint))
	if g.network != nil {
		opts = append(opts, interp.WithNetwork(*g.network))
	}
	if g.folder != "" {
		root, err := os.OpenRoot(g.folder)
		if err != nil {
			return nil, fmt.Errorf("--fs: %w", err)
		}
		opts = append(opts, interp.WithRoot(root), interp.WithPath("./?.lua;./?/init.lua;./lua_modules/share/lua/5.1/?.lua;./lua_modules/share/lua/5.1/?/init.lua"))
	}
	return opts, nil
}

// hint says which flag grants what a script that runs with --safe asks for.
func (g *grants) hint(name string) string {
	use, address, _ := strings.Cut(name, ":")
	table, _, _ := strings.Cut(use, ".")
	switch {
	case use == "lookup" || use == "connect":
		return "--net " + address + " allows it"
	case use == "listen" || use == "proxy":
		return "--net " + use + "=" + strings.TrimSuffix(address, ":0") + " allows it"
	case table == "http" || table == "net":
		return "the script runs with --safe; --net HOST:PORT says what it may reach"
	case table == "db":
		return "the script runs with --safe; databases are for scripts without it"
	case name == "os.exit":
		return "the script runs with --safe; stop(code) ends it"
	case name == "os.getenv" || name == "os.execute" || name == "io.popen" || table == "process":
		return "the script runs with --safe; processes and the environment are for scripts without it"
	}
	return "the script runs with --safe; --fs DIR gives it the files of a folder"
}

// parseNetwork reads what --net lists, separated by commas; the flag may be given again.
func (g *grants) parseNetwork(text string) error {
	n := interp.Network{}
	if g.network != nil {
		n = *g.network
	}
	for _, entry := range strings.Split(text, ",") {
		entry = strings.TrimSpace(entry)
		list := &n.Connect
		if e, ok := strings.CutPrefix(entry, "listen="); ok {
			entry, list = e, &n.Listen
		} else if e, ok := strings.CutPrefix(entry, "proxy="); ok {
			entry, list = e, &n.Proxies
		}
		if entry == "" {
			return errors.New("a list is wanted, such as api.example.org:443,10.0.0.0/8:80, with listen=localhost:8080 where it may listen")
		}
		*list = append(*list, entry)
	}
	rt, err := interp.New(interp.WithNetwork(n)) // what is wrong is told before anything runs
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "interp: WithNetwork: "))
	}
	g.network = &n
	return rt.Close()
}

// leastMemory is the smallest limit of memory that means something.
const leastMemory = 1 << 20

// limit is one that --limits may set.
type limit struct {
	name string
	set  func(l *interp.Limits, text string) error
}

// limitsThere are those of --limits.
var limitsThere = []limit{
	{"memory", func(l *interp.Limits, text string) error {
		err := numberOfBytes(func(l *interp.Limits) *int { return &l.Memory })(l, text)
		if err == nil && l.Memory < leastMemory {
			err = errors.New("the least is 1MB: memory is estimated, and a script that uses less is not noticed")
		}
		return err
	}},
	{"time", func(l *interp.Limits, text string) (err error) {
		l.Time, err = parseTimeout(text)
		return err
	}},
	{"instructions", wholeNumber(func(l *interp.Limits) *int { return &l.Instructions })},
	{"tasks", wholeNumber(func(l *interp.Limits) *int { return &l.Tasks })},
	{"timers", wholeNumber(func(l *interp.Limits) *int { return &l.Timers })},
	{"output", numberOfBytes(func(l *interp.Limits) *int { return &l.Output })},
	{"files", wholeNumber(func(l *interp.Limits) *int { return &l.Files })},
	{"depth", wholeNumber(func(l *interp.Limits) *int { return &l.CallDepth })},
	{"string", numberOfBytes(func(l *interp.Limits) *int { return &l.StringSize })},
}

func wholeNumber(of func(*interp.Limits) *int) func(*interp.Limits, string) error {
	return func(l *interp.Limits, text string) error {
		n, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil || n != math.Trunc(n) || n < 1 || n > 1<<53:
			return errors.New("a whole number above zero is wanted, such as 1000 or 1e9")
		case n > math.MaxInt:
			return fmt.Errorf("the most on this machine is %d", math.MaxInt)
		}
		*of(l) = int(n)
		return nil
	}
}

func numberOfBytes(of func(*interp.Limits) *int) func(*interp.Limits, string) error {
	return func(l *interp.Limits, text string) error {
		n, err := parseBytes(text)
		if err == nil && n < 1 {
			err = errors.New("it must be above zero")
		}
		*of(l) = n
		return err
	}
}

// parseLimits reads what --limits lists, separated by commas.
func (g *grants) parseLimits(text string) error {
	l := interp.Limits{}
	if g.limits != nil {
		l = *g.limits
	}
	seen := map[string]bool{}
	for _, entry := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(entry), "=")
		i := slices.IndexFunc(limitsThere, func(l limit) bool { return l.name == name })
		switch {
		case !ok && i < 0:
			return fmt.Errorf("a list is wanted, such as memory=64MB,time=10s; there are %s", limitNames())
		case i < 0:
			return fmt.Errorf("there is no limit %.40q; there are %s", name, limitNames())
		case !ok:
			return fmt.Errorf("%s needs a value, such as %s=1000", name, name)
		case seen[name]:
			return fmt.Errorf("%s is given twice", name)
		}
		seen[name] = true
		if err := limitsThere[i].set(&l, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	g.limits = &l
	return nil
}

func limitNames() string {
	var names []string
	for _, l := range limitsThere {
		names = append(names, l.name)
	}
	return strings.Join(names, ", ")
}
