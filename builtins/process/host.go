package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// kill is process.kill(pid [, signal]).
func kill(c *interp.Call) error {
	pid, err := c.Int(1)
	if err != nil {
		return err
	}
	if pid <= 0 {
		return c.ArgError(1, "the number of a process expected, from 1 on; a group is ended by whoever has started it")
	}
	name, err := signalArg(c, 2)
	if err != nil {
		return err
	}
	name, _ = interp.SignalName(name)
	return signalled(c, sendSignal(pid, name))
}

// hostname is process.hostname().
func hostname(c *interp.Call) error {
	name, err := os.Hostname()
	if err != nil {
		return interp.Errorf(interp.KindIO, "process.hostname: %w", err)
	}
	return c.Return(name)
}

// currentUser is process.user().
func currentUser(c *interp.Call) error {
	u, err := user.Current()
	if err != nil {
		return interp.Errorf(interp.KindIO, "process.user: %w", err)
	}
	t := c.NewTable(0)
	for _, f := range []struct{ name, v string }{{"name", u.Username}, {"home", u.HomeDir}, {"uid", u.Uid}, {"gid", u.Gid}} {
		v, err := c.Value(f.v)
		if err != nil {
			return err
		}
		if n, err := strconv.ParseFloat(f.v, 64); err == nil && strings.HasSuffix(f.name, "id") {
			v = interp.Number(n)
		}
		t.SetField(f.name, v)
	}
	return c.Return(t)
}

// maxEnvFile bounds what a file of variables may have.
const maxEnvFile = 1 << 20

// loadEnv is process.load_env(path).
func loadEnv(c *interp.Call) error {
	path, err := c.Text(1)
	if err != nil {
		return err
	}
	if strings.Contains(path, "\x00") {
		return c.ArgError(1, "the path contains a NUL byte")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	files, text := c.Files(), make(chan string, 1)
	err = c.Block(func(ctx context.Context) error {
		f, err := files.Open(ctx, path, os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxEnvFile+1))
		text <- string(b)
		return err
	})
	if errors.Is(err, interp.ErrCancelled) {
		return err
	}
	if err != nil {
		return interp.PathErrorf("process.load_env", path, err)
	}
	src := <-text
	if len(src) > maxEnvFile {
		return interp.PathErrorf("process.load_env", path, interp.Errorf(interp.KindLimit, "it has more than 1 MiB"))
	}
	vars, wrong := parseEnv(src)
	if wrong != nil {
		return data.ErrorAt("process.load_env", path, wrong.line, 1, wrong.what)
	}
	env, err := c.Value(interp.Environment{})
	if err != nil {
		return err
	}
	t, _ := env.Table()
	for _, v := range vars {
		val, err := c.Value(v.value)
		if err != nil {
			return err
		}
		t.SetField(v.name, val)
	}
	return c.Return(len(vars))
}

type assignment struct{ name, value string }

type badLine struct {
	line int
	what string
}

// parseEnv reads lines as NAME=value: export before it is skipped, # begins a comment, at the beginning or behind a blank. In single
// quotes all stands for itself; in double quotes, over several lines, \n, \t, \r, \", \$ and \\ are what they are in C. Nothing is
// substituted.
func parseEnv(src string) (vars []assignment, wrong *badLine) {
	src = strings.TrimPrefix(src, "\ufeff")
	line := 0
	for src != "" {
		line++
		var text string
		text, src, _ = strings.Cut(src, "\n")
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		text = strings.TrimSpace(strings.TrimPrefix(text, "export "))
		name, value, ok := strings.Cut(text, "=")
		name = strings.TrimSpace(name)
		if !ok || !isName(name) {
			return nil, &badLine{line, fmt.Sprintf("NAME=value is expected, this is %.60q", text)}
		}
		value = strings.TrimSpace(value)
		if value == "" || value[0] != '"' && value[0] != '\'' {
			for i := range len(value) {
				if value[i] == '#' && (i == 0 || value[i-1] == ' ' || value[i-1] == '\t') {
					value = strings.TrimSpace(value[:i])
					break
				}
			}
			vars = append(vars, assignment{name, value})
			continue
		}
		quote, began := value[0], line
		rest := value[1:]
		var b strings.Builder
		for i := 0; ; i++ {
			if i == len(rest) { // it goes on in the next line
				if src == "" {
					return nil, &badLine{began, "the quotes are not closed"}
				}
				var more string
				more, src, _ = strings.Cut(src, "\n")
				line++
				b.WriteByte('\n')
				rest, i = strings.TrimSuffix(more, "\r"), -1
				continue
			}
			ch := rest[i]
			if ch == quote {
				if tail := strings.TrimSpace(rest[i+1:]); tail != "" && tail[0] != '#' {
					return nil, &badLine{line, fmt.Sprintf("nothing is expected behind the quotes, this is %.60q", tail)}
				}
				break
			}
			if ch == '\\' && quote == '"' && i+1 < len(rest) {
				if at := strings.IndexByte(`ntr"$\`, rest[i+1]); at >= 0 {
					b.WriteByte("\n\t\r\"$\\"[at])
					i++
					continue
				}
			}
			b.WriteByte(ch)
		}
		vars = append(vars, assignment{name, b.String()})
	}
	for _, v := range vars {
		if strings.Contains(v.value, "\x00") {
			return nil, &badLine{1, v.name + " contains a NUL byte"}
		}
	}
	return vars, nil
}

// isName reports whether s is a variable's name as shells have them, or with the dots and dashes that others write.
func isName(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == ""
}
