package args

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// line is a command line that is being read.
type line struct {
	c       *interp.Call
	at      *spec // the script's, or the latest command's
	options map[string]*entry
	given   map[*entry]interp.Value
	counts  map[*entry]int
	words   []string // that are no options
}

func newLine(c *interp.Call, s *spec) *line {
	l := &line{c: c, options: map[string]*entry{}, given: map[*entry]interp.Value{}, counts: map[*entry]int{}}
	l.enter(s)
	return l
}

// enter goes on with what a command describes, beside what there is.
func (l *line) enter(s *spec) {
	l.at = s
	for _, e := range s.entries {
		for _, name := range e.names {
			l.options[name] = e
		}
	}
}

// command are the words of the commands so far.
func (l *line) command() string {
	words := ""
	for s := l.at; s.up != nil; s = s.up {
		words = strings.TrimSuffix(s.word+" "+words, " ")
	}
	return words
}

// parse reads the words. Options may stand among the other words; behind -- there are none.
func (l *line) parse(words []string) (interp.Value, error) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		if err := l.c.Spend(len(w) + 64); err != nil {
			return interp.Value{}, err
		}
		var err error
		next := func(name string) (string, error) { // the value of an option, which is a word of its own
			if i+1 < len(words) {
				if v := words[i+1]; v == "-" || !strings.HasPrefix(v, "-") || isNumber(v) {
					i++
					return v, nil
				}
				return "", misused("option '%s' needs a value; one that begins with a dash is written %s", name, joined(name, words[i+1]))
			}
			return "", misused("option '%s' needs a value", name)
		}
		switch {
		case w == "--":
			for _, rest := range words[i+1:] {
				if err := l.word(rest, true); err != nil {
					return interp.Value{}, err
				}
			}
			i = len(words)
		case strings.HasPrefix(w, "--"):
			err = l.long(w, next)
		case len(w) > 1 && w[0] == '-' && !(isNumber(w) && l.options[w[:2]] == nil):
			err = l.short(w, next)
		default:
			err = l.word(w, false)
		}
		if err != nil {
			return interp.Value{}, err
		}
	}
	return l.result()
}

// joined is an option and its value as one word, for a message.
func joined(name, value string) string {
	if strings.HasPrefix(name, "--") {
		name += "="
	}
	return quoted(name + value)
}

// number is a decimal or hexadecimal number.
func number(s string) (float64, bool) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.ContainsAny(s, "_iInN") || math.IsInf(n, 0) {
		if h, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
			if u, err := strconv.ParseUint(h, 16, 53); err == nil {
				return float64(u), true
			}
		}
		return 0, false
	}
	return n, true
}

func isNumber(s string) bool { _, ok := number(s); return ok }

func whole(n float64) bool { return n == math.Trunc(n) && math.Abs(n) <= 1<<53 }

// word takes a word that is no option: a command, or an argument.
func (l *line) word(w string, behindDashes bool) error {
	if len(l.at.commands) == 0 {
		l.words = append(l.words, w)
		return nil
	}
	var names []string
	for _, cmd := range l.at.commands {
		if cmd.word == w {
			cmd.name = l.at.name + " " + w
			l.enter(cmd)
			return nil
		}
		names = append(names, cmd.word)
	}
	if w == "help" && !behindDashes {
		l.options["--help"] = &entry{key: "help"} // what follows is the command, and then its help comes
		l.given[l.options["--help"]] = interp.Bool(true)
		return nil
	}
	return misused("unknown command %s%s", quoted(w), meant(w, names))
}

// long takes --name, --name=value or --no-name.
func (l *line) long(w string, next func(name string) (string, error)) error {
	name, value, has := strings.Cut(w, "=")
	e := l.options[name]
	switch {
	case e == nil && name == "--help" && !has:
		return &asked{l.at.help(l.c)}
	case e == nil && name == "--version" && !has && l.version() != "":
		return &asked{l.version() + "\n"}
	case e == nil:
		if positive, ok := strings.CutPrefix(name, "--no-"); ok && !has {
			if e := l.options["--"+positive]; e != nil && e.flag() {
				l.counts[e] = 0
				l.given[e] = interp.Bool(false)
				return nil
			}
		}
		return l.unknown(name)
	case e.flag() && has:
		return misused("option '%s' takes no value", name)
	case e.flag():
		return l.flag(e)
	case !has:
		v, err := next(name)
		if err != nil {
			return err
		}
		value = v
	}
	return l.set(e, value, "")
}

// short takes -n, several flags in one word, or -j4 and -j=4.
func (l *line) short(w string, next func(name string) (string, error)) error {
	rest := w[1:]
	for rest != "" {
		r := []rune(rest)[0]
		name := "-" + string(r)
		e := l.options[name]
		rest = strings.TrimPrefix(rest, string(r))
		switch {
		case e == nil && name == "-h":
			return &asked{l.at.help(l.c)}
		case e == nil:
			if w != name {
				return misused("%s (in %s)", l.unknown(name), quoted(w))
			}
			return l.unknown(name)
		case e.flag():
			if strings.HasPrefix(rest, "=") {
				return misused("option '%s' takes no value", name)
			}
			if err := l.flag(e); err != nil {
				return err
			}
			continue
		case rest == "":
			v, err := next(name)
			if err != nil {
				return err
			}
			return l.set(e, v, "")
		}
		return l.set(e, strings.TrimPrefix(rest, "="), "")
	}
	return nil
}

// unknown is the error of an option that there is not.
func (l *line) unknown(name string) error {
	for _, cmd := range l.at.commands {
		if i := slices.IndexFunc(cmd.entries, func(e *entry) bool { return slices.Contains(e.names, name) }); i >= 0 {
			return misused("option '%s' belongs to the command '%s', and stands behind it", name, cmd.word)
		}
	}
	like := interp.Nearest(name, slices.Values(slices.Sorted(maps.Keys(l.options))))
	if like != "" && strings.HasPrefix(name, "--") { // one letter is like any other
		return misused("unknown option %s, did you mean '%s'?", quoted(name), like)
	}
	return misused("unknown option %s", quoted(name))
}

// version is that of the script.
func (l *line) version() string {
	s := l.at
	for s.version == "" && s.up != nil {
		s = s.up
	}
	return s.version
}

func (l *line) flag(e *entry) error {
	l.counts[e]++
	l.given[e] = interp.Bool(true)
	return nil
}

// set gives an entry a value; from says where it comes from, if not from the command line.
func (l *line) set(e *entry, word, from string) error {
	v, err := e.value(l.c, word)
	var wrong *misuse
	if errors.As(err, &wrong) && from != "" {
		return misused("%s: %s", from, wrong.what)
	}
	if err != nil {
		return err
	}
	if e.many {
		list, ok := l.given[e].Table()
		if !ok {
			list = l.c.NewTable(1)
			list.MarkList()
		}
		list.SetIndex(list.Len()+1, v)
		v = list.Value()
	}
	l.given[e] = v
	return nil
}

// result hands the words to the arguments, and makes the table.
func (l *line) result() (interp.Value, error) {
	if e := l.options["--help"]; e != nil && e.names == nil {
		return interp.Value{}, &asked{l.at.help(l.c)}
	}
	if len(l.at.commands) > 0 {
		var names []string
		for _, cmd := range l.at.commands {
			names = append(names, cmd.word)
		}
		return interp.Value{}, misused("a command is expected: %s", strings.Join(names, ", "))
	}
	if err := l.arguments(); err != nil {
		return interp.Value{}, err
	}
	opt := l.c.NewTable(0)
	if words := l.command(); words != "" {
		v, err := l.c.Value(words)
		if err != nil {
			return v, err
		}
		opt.SetField("command", v)
	}
	var chain []*spec
	for s := l.at; s != nil; s = s.up {
		chain = append(chain, s)
	}
	slices.Reverse(chain)
	for _, s := range chain {
		for _, e := range s.entries {
			v, err := l.final(e)
			if err != nil {
				return v, err
			}
			if !v.IsNil() {
				opt.SetField(e.key, v)
			}
		}
	}
	return opt.Value(), nil
}

// arguments hands out the words: each argument has what it needs, what is left goes to those that may have it, from the left.
func (l *line) arguments() error {
	var list []*entry
	need := 0
	for _, e := range l.at.entries {
		if len(e.names) > 0 {
			continue
		}
		list = append(list, e)
		if !e.optional {
			need++
		}
	}
	words := l.words
	for _, e := range list {
		if !e.optional {
			need--
			if len(words) <= need {
				if _, ok := l.env(e); ok {
					continue
				}
				return misused("%s is missing", e.label())
			}
		}
		n := 0
		switch spare := len(words) - need; {
		case e.many:
			n = max(spare, 0)
		case spare > 0:
			n = 1
		}
		for _, w := range words[:n] {
			if err := l.set(e, w, ""); err != nil {
				return err
			}
		}
		words = words[n:]
	}
	if len(words) > 0 {
		return misused("unexpected argument %s", quoted(words[0]))
	}
	return nil
}

// final is what an entry comes to: the command line, the environment, the default.
func (l *line) final(e *entry) (interp.Value, error) {
	_, given := l.given[e]
	if !given {
		if word, ok := l.env(e); ok {
			if err := l.fromEnv(e, word); err != nil {
				return interp.Value{}, err
			}
			_, given = l.given[e]
		}
	}
	switch {
	case e.flag() && e.many && given:
		return interp.Number(float64(l.counts[e])), nil
	case given:
		return l.given[e], nil
	case e.required:
		return interp.Value{}, misused("%s is missing", e.label())
	case !e.byDefault.IsNil():
		return e.byDefault, nil
	case e.flag() && e.many:
		return interp.Number(0), nil
	case e.flag():
		return interp.Bool(false), nil
	case e.many:
		list := l.c.NewTable(0)
		list.MarkList()
		return list.Value(), nil
	}
	return interp.Value{}, nil
}

// env is what the environment has for e. An empty variable is a value for a string alone.
func (l *line) env(e *entry) (word string, ok bool) {
	if e.env == "" {
		return "", false
	}
	word, ok = l.c.Env(e.env)
	return word, ok && (word != "" || e.kind == "string" || e.kind == "function")
}

func (l *line) fromEnv(e *entry, word string) error {
	if !e.flag() {
		return l.set(e, word, "$"+e.env)
	}
	switch strings.ToLower(word) {
	case "1", "true", "yes", "on":
		return l.flag(e)
	case "0", "false", "no", "off":
		l.given[e] = interp.Bool(false)
		return nil
	}
	if n, ok := number(word); ok && e.many && n >= 0 && n <= math.MaxInt32 && whole(n) {
		l.counts[e] = int(n)
		l.given[e] = interp.Bool(true)
		return nil
	}
	return misused("$%s: %s: true or false expected, got %s", e.env, e.label(), quoted(word))
}

// asRaised reports whether err is what a function raised, and no cancellation.
func asRaised(err error, to **interp.Error) bool {
	e, ok := err.(*interp.Error)
	if ok {
		*to = e
	}
	return ok && e.Kind != interp.KindLimit
}
