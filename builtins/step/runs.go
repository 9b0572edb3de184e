package step

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
)

// find finds the run that is wanted, or begins it, and reads what it has done.
func (j *Journal) find(r Run) error {
	args, err := json.Marshal(arguments(r.Args))
	if err != nil {
		return err
	}
	source := Hash(r.Source)
	type found struct {
		id                      int64
		name, key, script, args string
		source                  string
		began, ended            time.Time
	}
	var runs []found // that may be it, the newest first
	others := 0      // that have not ended either
	err = each(j.conn, "SELECT id, name, key, script, args, source, began, ended, named FROM runs WHERE name = ? OR ended IS NULL ORDER BY id DESC", []sqlite.Value{text(r.Name)}, func(s *sqlite.Stmt) error {
		f := found{s.Int(0), string(s.Bytes(1)), string(s.Bytes(2)), string(s.Bytes(3)), string(s.Bytes(4)), string(s.Bytes(5)), momentOf(s, 6), momentOf(s, 7)}
		switch {
		case r.Name == f.name, r.Name == "" && s.Int(8) == 0 && f.script == r.Script && f.args == string(args):
			runs = append(runs, f)
		default:
			others++
		}
		return nil
	})
	if err != nil {
		return damaged(err)
	}
	old := ""
	if len(runs) > 0 {
		f := runs[0]
		others += len(runs) - 1
		switch {
		case r.Name == "" && r.Resume > 0 && f.began.Before(r.Now.Add(-r.Resume)):
			old = fmt.Sprintf("the run %s is older than %s, and not gone on with: a new one begins (--resume says how old it may be, --run %s goes on with it)", f.name, r.Resume, f.name)
		case r.Name != "" && (f.script != r.Script || f.args != string(args)):
			return fmt.Errorf("the run %s is one of %s with the arguments %s, and this is %s with %s; to begin it anew: lull journal %s --forget %s", f.name, f.script, f.args, r.Script, args, shown(j.path), f.name)
		case !f.ended.IsZero():
			return fmt.Errorf("the run %s: %w", f.name, ErrEnded)
		default:
			j.run, j.name, j.key = f.id, f.name, f.key
			if f.source != source {
				j.notes = append(j.notes, fmt.Sprintf("the script has changed since the run %s began: what was recorded stands", f.name))
			}
			return j.read()
		}
	}
	if old != "" {
		j.notes = append(j.notes, old)
	}
	if others > 0 && r.Name == "" {
		j.notes = append(j.notes, fmt.Sprintf("a new run begins, and %d %s not ended well: lull journal %s", others, map[bool]string{true: "other has", false: "others have"}[others == 1], shown(j.path)))
	}
	return j.begin(r, string(args), source)
}

// arguments are those of a script, as JSON: what is no UTF-8 is an object, for JSON would make one text of all that is none.
type arguments []string

type noText struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (a arguments) MarshalJSON() ([]byte, error) {
	list := make([]any, len(a))
	for i, arg := range a {
		if list[i] = arg; !utf8.ValidString(arg) {
			list[i] = noText{[]byte(arg)}
		}
	}
	return json.Marshal(list)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *arguments) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*a = make(arguments, len(list))
	for i, item := range list {
		var other noText
		if json.Unmarshal(item, &other) == nil {
			(*a)[i] = string(other.Base64)
		} else if err := json.Unmarshal(item, &(*a)[i]); err != nil {
			return err
		}
	}
	return nil
}

// shown is a path as a command line has it.
func shown(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}

// begin makes a new run.
func (j *Journal) begin(r Run, args, source string) error {
	var key [16]byte
	_, _ = rand.Read(key[:]) // it never fails
	j.key = hex.EncodeToString(key[:])
	return patiently(context.Background(), func() error {
		err := j.conn.Exec("BEGIN IMMEDIATE")
		if err != nil {
			return err
		}
		named := int64(1)
		if j.name = r.Name; r.Name == "" || r.Name == NewRun {
			named = 0
			at := r.Now.UTC().Format("2006-01-02T15:04:05Z")
			for n := int64(1); ; n++ {
				j.name = fmt.Sprintf("%s.%d", at, n)
				taken := false
				if err = each(j.conn, "SELECT 1 FROM runs WHERE name = ?", []sqlite.Value{text(j.name)}, func(*sqlite.Stmt) error { taken = true; return nil }); err != nil || !taken {
					break
				}
			}
		}
		if err == nil {
			err = each(j.conn, "INSERT INTO runs (name, named, key, script, args, source, began) VALUES (?, ?, ?, ?, ?, ?, ?)",
				[]sqlite.Value{text(j.name), integer(named), text(j.key), text(r.Script), text(args), text(source), moment(r.Now)}, nil)
		}
		j.run = j.conn.LastID()
		if err == nil {
			err = j.conn.Exec("COMMIT")
		}
		if err != nil && j.conn.InTransaction() {
			_ = j.conn.Exec("ROLLBACK") // the reason is the error to tell
		}
		return err
	})
}

// read reads the steps of the run.
func (j *Journal) read() error {
	err := each(j.conn, "SELECT name, state, version, began, ended, until, coalesce(length(vals), 0), CASE WHEN length(vals) <= ? THEN vals END FROM steps WHERE run = ?", []sqlite.Value{integer(maxKept), integer(j.run)}, func(s *sqlite.Stmt) error {
		r := &record{before: true, name: string(s.Bytes(0)), state: state(s.Bytes(1)), hasVersion: s.ColumnKind(2) != sqlite.Null, version: s.Float(2), began: momentOf(s, 3), ended: momentOf(s, 4), until: momentOf(s, 5)}
		if r.state != begun && r.state != done {
			return fmt.Errorf("%w: the step '%s' has the state %q", errDamaged, r.name, r.state)
		}
		if n := int(s.Int(6)); n <= maxKept && j.kept+n <= maxKeptAll {
			r.vals = slices.Clone(s.Bytes(7))
			j.kept += n
		} else {
			r.left = true
		}
		j.steps[r.name] = r
		return nil
	})
	if err != nil {
		return damaged(err)
	}
	return nil
}
