package fs

import (
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

// join is fs.join(...).
func join(c *interp.Call) error {
	var all []string
	for i := 1; i <= c.Len(); i++ {
		s, err := pathArg(c, i)
		if err != nil {
			return err
		}
		if s = slashed(s); len(all) > 0 {
			s = strings.TrimLeft(s, "/")
		}
		if len(s) > 1 && i < c.Len() {
			s = strings.TrimRight(s, "/")
			if s == "" {
				s = "/"
			}
		}
		if s != "" {
			all = append(all, s)
		}
	}
	if len(all) > 0 && all[0] == "/" {
		return c.Return("/" + strings.Join(all[1:], "/"))
	}
	return c.Return(strings.Join(all, "/"))
}

// joined is a path below a folder.
func joined(dir, below string) string {
	switch {
	case dir == "":
		return below
	case below == "":
		return dir
	case strings.HasSuffix(dir, "/"):
		return dir + below
	}
	return dir + "/" + below
}

// trimmed is a path without slashes at the end.
func trimmed(p string) string {
	t := strings.TrimRight(p, "/")
	if t == "" && p != "" {
		return "/"
	}
	return t
}

func baseOf(p string) string {
	p = trimmed(p)
	if p == "/" {
		return p
	}
	return p[strings.LastIndexByte(p, '/')+1:]
}

// dirname is fs.dirname(path).
func dirname(c *interp.Call) error {
	p, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	p = trimmed(slashed(p))
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return c.Return(".")
	}
	return c.Return(trimmed(p[:i+1]))
}

// basename is fs.basename(path [, suffix]).
func basename(c *interp.Call) error {
	p, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	base := baseOf(slashed(p))
	if !c.Arg(2).IsNil() {
		suffix, err := c.Text(2)
		if err != nil {
			return err
		}
		if base != suffix {
			base = strings.TrimSuffix(base, suffix)
		}
	}
	return c.Return(base)
}

// ext is fs.ext(path).
func ext(c *interp.Call) error {
	p, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	base := baseOf(slashed(p))
	if i := strings.LastIndexByte(base, '.'); i > 0 && strings.Trim(base[:i], ".") != "" {
		return c.Return(base[i:])
	}
	return c.Return("")
}

// escape is fs.escape(name).
func escape(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	return c.Return(glob.Escape(s))
}

// home is fs.home().
func home(c *interp.Call) error {
	for _, name := range map[bool][]string{true: {"USERPROFILE", "HOME"}, false: {"HOME"}}[runtime.GOOS == "windows"] {
		if v, _ := c.Env(name); v != "" {
			return c.Return(slashed(v))
		}
	}
	return c.Return(nil)
}

// folder is where relative names start from. In a tree, where no absolute name leads anywhere, that is ".".
func folder(c *interp.Call) (string, error) {
	p, ok := c.Files().OnMachine(".")
	if !ok {
		return ".", nil
	}
	p, err := filepath.Abs(p)
	if err != nil {
		return "", interp.PathErrorf(op(c), ".", err)
	}
	return slashed(p), nil
}

// cwd is fs.cwd().
func cwd(c *interp.Call) error {
	dir, err := folder(c)
	if err != nil {
		return err
	}
	return c.Return(dir)
}

// script is fs.script().
func script(c *interp.Call) error {
	arg, ok := c.Globals().Field("arg").Table()
	if !ok {
		return c.Return(nil)
	}
	name, ok := arg.Index(0).Text()
	if !ok || name == "-" || name == "-e" || name == "" {
		return c.Return(nil)
	}
	p, err := absolute(c, name)
	if err != nil {
		return err
	}
	return c.Return(path.Dir(p))
}

// absolute is a name as an absolute one, without . and .. in it.
func absolute(c *interp.Call, p string) (string, error) {
	if filepath.IsAbs(p) || strings.HasPrefix(p, "/") {
		return path.Clean(slashed(p)), nil
	}
	dir, err := folder(c)
	return path.Join(dir, slashed(p)), err
}

// abs is fs.abs(path).
func abs(c *interp.Call) error {
	p, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	if p, err = absolute(c, p); err != nil {
		return err
	}
	return c.Return(p)
}

// rel is fs.rel(path, base).
func rel(c *interp.Call) error {
	p, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	base := "."
	if !c.Arg(2).IsNil() {
		if base, err = pathArg(c, 2); err != nil {
			return err
		}
	}
	if p, err = absolute(c, p); err != nil {
		return err
	}
	if base, err = absolute(c, base); err != nil {
		return err
	}
	r, err := filepath.Rel(base, p)
	if err != nil {
		return interp.PathErrorf(op(c), p, err)
	}
	return c.Return(slashed(r))
}
