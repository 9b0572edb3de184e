package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// temp is fs.temp([opts [, fn]]).
func temp(c *interp.Call) error {
	var file, keep bool
	prefix, dir := "lull-", ""
	if err := c.Options(1, map[string]any{"file": &file, "prefix": &prefix, "dir": &dir, "keep": &keep}); err != nil {
		return err
	}
	if err := optionPath(c, 1, "dir", dir); err != nil {
		return err
	}
	if strings.ContainsAny(prefix, "/\x00") || strings.ContainsRune(prefix, filepath.Separator) || len(prefix) > 100 {
		return c.ArgError(1, fmt.Sprintf("option 'prefix': %.60q is no beginning of a name", prefix))
	}
	if !c.Arg(2).IsNil() && !c.Arg(2).IsFunction() {
		return c.TypeError(2, "function")
	}
	if dir == "" {
		dir = tempDir(c)
	}
	made, err := run(c, true, dir, func(ctx context.Context, files interp.Files) (string, error) {
		for try := 0; ; try++ {
			random := replace.Name("")
			name := joined(slashed(dir), prefix+random[len(random)-8:])
			var err error
			if file {
				var f *interp.File
				if f, err = files.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
					err = f.Close()
				}
			} else {
				err = files.Mkdir(name, 0o700)
			}
			if !errors.Is(err, fs.ErrExist) || try == 100 {
				return name, err
			}
		}
	})
	if err != nil {
		return err
	}
	files := c.Files()
	r := c.Defer("fs.temp "+made, made, func(ctx context.Context) error {
		_, err := removeTree(ctx, files, made)
		if errors.Is(err, fs.ErrPermission) { // of a folder that what worked in it has locked, as Go locks its modules
			unlock(ctx, files, made)
			_, err = removeTree(ctx, files, made)
		}
		return failedAs("fs.temp", made, err)
	})
	r.Stays()
	if c.Arg(2).IsNil() {
		if keep {
			r.Keep()
		}
		return c.Return(made)
	}
	v, err := c.Value(made)
	if err != nil {
		return err
	}
	vals, err := c.Call(c.Arg(2), v)
	c.Close(r)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// unlock lets the owner into a folder and those below it. Removing what cannot be changed fails, and says why.
func unlock(ctx context.Context, files interp.Files, dir string) {
	st, err := files.Lstat(dir)
	if err != nil || !st.IsDir() || ctx.Err() != nil {
		return
	}
	_ = files.Chmod(dir, st.Mode().Perm()|0o700)
	f, err := files.Open(ctx, dir, openDir|noFollow, 0)
	if err != nil {
		return
	}
	defer f.Close()
	for {
		some, err := f.ReadDir(1000)
		for _, e := range some {
			if e.IsDir() {
				unlock(ctx, files, joined(dir, e.Name()))
			}
		}
		if err != nil || len(some) == 0 {
			return
		}
	}
}

// tempDir is where temporary files go.
func tempDir(c *interp.Call) string {
	if _, ok := c.Files().OnMachine("."); !ok {
		return "."
	}
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		if v, _ := c.Env(name); v != "" && filepath.IsAbs(v) {
			return v
		}
	}
	return os.TempDir()
}
