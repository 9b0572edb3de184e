package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// kind is that of what SQLite says.
const kind interp.Kind = "db"

// maxShown bounds the text of a statement in an error value.
const maxShown = 4 << 10

// failed is what a script sees of a failure, which is about a statement, or about the database alone.
func failed(op, path, statement string, err error) error {
	if err == nil || errors.Is(err, interp.ErrCancelled) || errors.Is(err, context.Canceled) {
		return err
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return err
	}
	e := (*sqlite.Error)(nil)
	if !errors.As(err, &e) {
		return interp.PathErrorf(op, path, err)
	}
	return sqliteError(op, path, statement, e)
}

func sqliteError(op, path, statement string, e *sqlite.Error) *interp.Error {
	words := e.Message
	switch {
	case e.Busy():
		words += ": another process, or another db.open of it, has it locked (the option timeout of db.open says how long it is waited for)"
	case errors.Is(e, sqlite.TooBig):
		words += " (the option max_size of db.open is the bound of a value, and of a statement)"
	case e.Code == int(sqlite.Generic) && statement != "":
		words += " in: " + excerpt(statement, e.Offset)
	}
	err := interp.Errorf(kind, "%s: %s: %s", op, path, words).With("code", e.Name()).With("path", path)
	if statement != "" {
		if len(statement) > maxShown {
			statement = statement[:maxShown] + "..."
		}
		err = err.With("sql", statement)
	}
	return err
}

// excerpt is the part of a statement that an error is about, in a line.
func excerpt(statement string, at int) string {
	const most = 60
	from, to := 0, len(statement)
	if at > most/2 {
		from = at - most/2
	}
	to = min(to, from+most)
	text := strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return '?'
		}
		return r
	}, statement[from:to])), " ")
	if from > 0 {
		text = "..." + text
	}
	if to < len(statement) {
		text += "..."
	}
	return text
}

// explained adds to an error of SQLite, which cannot open a file, what the system says of that.
func explained(file string, err error) error {
	e := (*sqlite.Error)(nil)
	if !errors.As(err, &e) || !errors.Is(e, sqlite.CannotOpen) {
		return err
	}
	return &sqlite.Error{Code: e.Code, Message: e.Message + whyNotOpen(file), Offset: -1}
}

func whyNotOpen(path string) string {
	st, err := os.Stat(path)
	switch {
	case err == nil && st.IsDir():
		return ": it is a directory"
	case err == nil:
		f, err := os.Open(path)
		if err == nil {
			_ = f.Close()
			return ""
		}
		return ": " + reason(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return ": the folder: " + reason(err)
	}
	return ": " + reason(err)
}

func reason(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

func closedError(op, path string) error {
	return interp.Errorf(interp.KindClosed, "%s: the database %s is closed", op, path)
}

// undoneAgain is the error of whatever follows in a transaction that SQLite has undone.
func undoneAgain(op string, err error) error {
	e := (*interp.Error)(nil)
	if !errors.As(err, &e) {
		return err
	}
	again := interp.Errorf(kind, "%s: the transaction was undone before: %s", op, e.Msg)
	for _, name := range []string{"code", "path", "sql"} {
		if v := e.Field(name); v != nil {
			again = again.With(name, v)
		}
	}
	return again
}
