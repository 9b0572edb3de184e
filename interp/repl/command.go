package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
)

// command is a line that begins with a colon. An error that run returns ends the session.
type command struct {
	name, args, does string
	run              func(r *REPL, c *interp.Call, arg string) error
}

// commands is a function: help, which is in the list, reads it.
func commands() []command {
	return []command{
		{"help", "[name]", "this list, or what a builtin does", (*REPL).help},
		{"doc", "name", "what a builtin does, or a variable that has one", (*REPL).doc},
		{"tasks", "", "the tasks, and how the last ones have ended", (*REPL).tasks},
		{"cancel", "id", "cancels a task", (*REPL).cancel},
		{"edit", "[name]", "edits the last entry, or a function, and runs it", (*REPL).edit},
		{"load", "file", "runs a file, as if it were typed here", (*REPL).load},
		{"more", "", "shows more of a value that was cut", (*REPL).more},
		{"time", "expression", "evaluates it, and says how long that took", (*REPL).time},
		{"reset", "", "cancels all tasks, forgets all variables", (*REPL).reset},
		{"quit", "", "leaves, as Ctrl-D does", (*REPL).quit},
	}
}

// command does what a line says that began with a colon. A beginning that only one command has will do.
func (r *REPL) command(c *interp.Call, line string) error {
	word, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
	arg = strings.TrimSpace(arg)
	var found []command
	for _, cmd := range commands() {
		if cmd.name == word {
			found = []command{cmd}
			break
		}
		if word != "" && strings.HasPrefix(cmd.name, word) {
			found = append(found, cmd)
		}
	}
	if len(found) != 1 {
		near := interp.Nearest(word, func(yield func(string) bool) {
			for _, cmd := range commands() {
				if !yield(cmd.name) {
					return
				}
			}
		})
		switch {
		case len(found) > 1:
			near = found[0].name + "' or ':" + found[1].name
			fallthrough
		case near != "":
			r.say(c, "there is no command ':%s'; did you mean ':%s'?", word, near)
		default:
			r.say(c, "there is no command ':%s'; :help lists them", word)
		}
		return nil
	}
	cmd := found[0]
	switch {
	case cmd.args == "" && arg != "":
		r.say(c, ":%s takes nothing", cmd.name)
		return nil
	case cmd.args != "" && cmd.args[0] != '[' && arg == "":
		r.say(c, "usage: :%s %s", cmd.name, cmd.args)
		return nil
	}
	return cmd.run(r, c, arg)
}

// say prints a line about the session.
func (r *REPL) say(c *interp.Call, format string, args ...any) {
	fmt.Fprintf(c.Stdout(), format+"\n", args...)
}

// short is a duration to three digits, and to seconds.
func short(d time.Duration) string {
	for unit := time.Nanosecond; unit < time.Second; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}

func (r *REPL) cancel(c *interp.Call, arg string) error {
	id, err := strconv.ParseUint(arg, 10, 64)
	if err != nil {
		r.say(c, "usage: :cancel id; :tasks has the ids")
		return nil
	}
	for _, t := range c.Tasks() {
		if t.ID() == id && t != c.Task() {
			t.Interrupt("by :cancel")
			return nil
		}
	}
	r.say(c, "there is no task %d; :tasks lists them", id)
	return nil
}

func (r *REPL) load(c *interp.Call, arg string) error {
	path := arg
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.Dir(), path)
	}
	return r.scoped(c, func() error {
		got := make(chan []byte, 1)
		err := c.Block(func(context.Context) error {
			src, err := os.ReadFile(path)
			got <- src
			return err
		})
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			r.say(c, "%s: %v", arg, pe.Err)
			return nil
		}
		if err != nil {
			return err
		}
		return r.source(c, "@"+arg, <-got)
	})
}

// source runs a source text in the session. name is the chunk's.
func (r *REPL) source(c *interp.Call, name string, src []byte, args ...interp.Value) error {
	r.sources[name[1:]] = string(src)
	prog, err := r.session.Compile(name, src)
	if err != nil {
		r.showSyntax(c, err)
		return nil
	}
	return r.eval(c, prog, args...)
}

func (r *REPL) time(c *interp.Call, src string) error {
	r.entries++
	prog, err := r.compile(src)
	start := c.Now()
	ended := r.run(c, prog, src, err)
	if err == nil && ended == nil {
		r.say(c, "took %s", short(c.Now()-start))
	}
	return ended
}

// remember keeps what a reset goes back to.
func (r *REPL) remember(c *interp.Call) {
	r.initial, r.loaded = map[string]interp.Value{}, map[string]bool{}
	for k, v := range c.Globals().All() {
		if name, ok := k.Text(); ok {
			r.initial[name] = v
		}
	}
	if loaded, ok := r.modules(c); ok {
		for k := range loaded.All() {
			r.loaded[k.String()] = true
		}
	}
}

// modules is the table of what require has loaded.
func (r *REPL) modules(c *interp.Call) (interp.Table, bool) {
	pkg, ok := c.Globals().Field("package").Table()
	if !ok {
		return pkg, false
	}
	return pkg.Field("loaded").Table()
}

func (r *REPL) reset(c *interp.Call, _ string) error {
	return r.scoped(c, func() error {
		for _, t := range c.Tasks() {
			if t != c.Task() && t.Owner() == nil {
				t.Interrupt("by :reset")
			}
		}
		for _, t := range c.Tasks() {
			if t != c.Task() {
				if err := c.Join(t); err != nil {
					return err
				}
			}
		}
		if loaded, ok := r.modules(c); ok {
			forget(loaded, func(name string) (interp.Value, bool) {
				return loaded.Field(name), r.loaded[name]
			})
		}
		forget(c.Globals(), func(name string) (interp.Value, bool) {
			v, ok := r.initial[name]
			return v, ok
		})
		for name, v := range r.initial { // what was set to nil
			c.Globals().SetField(name, v)
		}
		r.session = &interp.Session{}
		r.ended, r.cutValues = nil, nil
		return nil
	})
}

// forget sets the string keys of a table to what kept says, and clears those that it does not know.
func forget(t interp.Table, kept func(name string) (interp.Value, bool)) {
	var names []string
	for k := range t.All() {
		if name, ok := k.Text(); ok && k.Type() == "string" {
			names = append(names, name)
		}
	}
	for _, name := range names {
		v, ok := kept(name)
		if !ok {
			v = interp.Value{}
		}
		t.SetField(name, v)
	}
}

func (r *REPL) quit(*interp.Call, string) error { return io.EOF }
