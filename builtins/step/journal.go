package step

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// Run says which run of a journal is wanted: that of a script with its arguments.
type Run struct {
	// Name is the run's; "" is the newest run that has none, has not ended well, and is of this script with these arguments, or else a new
	// one; NewRun is a new one in any case.
	Name   string
	Script string   // which it is: its absolute path, for one
	Args   []string // of the script
	Source []byte   // of the script, to see whether it has changed
	Now    time.Time
	// Resume is how old a run without a name may be that is gone on with; 0: as old as it likes.
	Resume time.Duration
}

// NewRun is the Name of a Run that is a new one.
const NewRun = "new"

// ErrEnded is the error of Open for a run that was named, and has ended well before: there is nothing to do.
var ErrEnded = errors.New("the run has ended well before")

// Journal is a file with what the steps of runs have done, open for one run. Its methods may be called from any goroutine.
type Journal struct {
	path  string
	lock  *os.File
	run   int64
	name  string
	key   string
	notes []string

	killAt string // of a test: a step at whose end kill is called
	kill   func(c *interp.Call)

	todo chan *request
	gone chan struct{} // closed when the writer has ended
	conn *sqlite.Conn  // the writer's
	file fs.FileInfo   // that is written to

	closing sync.RWMutex // guards closed, and that nothing is sent behind it
	closed  bool

	mu      sync.Mutex // guards what follows
	steps   map[string]*record
	claims  map[string]*claim         // names that were asked for in this process
	claimed uint64                    // how many there were
	open    map[*interp.Task][]*claim // that are under way, the innermost last
	kept    int                       // bytes of values that are in memory
}

// record is what the journal has of a step.
type record struct {
	name         string
	state        state
	version      float64
	hasVersion   bool
	began, ended time.Time
	until        time.Time
	vals         []byte
	left         bool // the values are in the journal alone
	before       bool // it was there when the journal was opened
	asked        bool // somebody has asked for it since
}

type state string

const (
	begun state = "begun"
	done  state = "done"
)

// maxKept bounds the values of one step, and of all, that are kept in memory, so that a step which was done before costs microseconds.
const (
	maxKept    = 4 << 10
	maxKeptAll = 64 << 20
)

// Open opens a journal, which is made if it is not there, and the run of it that is wanted. One process at a time has it open. A file that
// is no journal, of a newer format or damaged is an error, and left as it is.
func Open(path string, r Run) (*Journal, error) {
	j, err := open(path, r)
	used := (*inUse)(nil)
	switch {
	case err == nil:
		return j, nil
	case errors.As(err, &used):
		used.path = path
		return nil, used
	case errors.Is(err, ErrEnded):
		return nil, err
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

func open(path string, r Run) (_ *Journal, err error) {
	if r.Name != "" && !validRun(r.Name) {
		return nil, errors.New("the name of a run is a text without / and line ends, of 200 bytes at most")
	}
	if path, err = resolved(path); err != nil {
		return nil, err
	}
	there, err := looksLikeJournal(path) // before there is a lock beside it
	if err == nil && there {
		err = writable(path) // SQLite would leave what nobody can write to beside it
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, todo: make(chan *request, 256), gone: make(chan struct{}), steps: map[string]*record{}, claims: map[string]*claim{}, open: map[*interp.Task][]*claim{}}
	if j.lock, err = takeLock(path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.lock.Close())
		}
	}()
	if there, err = looksLikeJournal(path); err != nil {
		return nil, err
	}
	if there {
		err = whole(path)
	} else {
		err = create(path)
	}
	if err != nil {
		return nil, err
	}
	if j.conn, err = connect(path); err != nil {
		return nil, err
	}
	if err := j.find(r); err != nil {
		return nil, errors.Join(err, j.conn.Close())
	}
	if j.file, err = os.Stat(path); err != nil {
		return nil, errors.Join(reason(err), j.conn.Close())
	}
	if err := writeHolder(j.lock, j.name); err != nil {
		return nil, errors.Join(err, j.conn.Close())
	}
	go j.write()
	return j, nil
}

func validRun(name string) bool {
	return len(name) <= 200 && !strings.ContainsAny(name, "/\r\n\x00")
}

// Hash is a script's hash, for the Script of one that is no file.
func Hash(source []byte) string {
	sum := sha256.Sum256(source)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Name is the run's.
func (j *Journal) Name() string { return j.name }

// Notes are lines for who has started the script: that it has changed since the run began, for one.
func (j *Journal) Notes() []string { return j.notes }

// Option makes scripts record their steps in the journal: those of a runtime, and of its isolates.
func (j *Journal) Option() interp.Option { return interp.Concurrent(interp.WithModule(module(j))) }

// Unasked are the names of steps that were recorded before, and that nothing has asked for: the script has changed. A step that was done
// within another one is not among them, as that one's record is enough.
func (j *Journal) Unasked() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var names []string
	var outer []*record // that were asked for
	for _, r := range j.steps {
		if r.asked && r.before && r.state == done {
			outer = append(outer, r)
		}
	}
	for name, r := range j.steps {
		if r.asked || !r.before {
			continue
		}
		if !slices.ContainsFunc(outer, func(o *record) bool { return !r.began.Before(o.began) && !r.ended.After(o.ended) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// End says that the run has ended well: it is not gone on with.
func (j *Journal) End(now time.Time) error {
	err := j.do(&request{text: "UPDATE runs SET ended = ? WHERE id = ?", values: []sqlite.Value{moment(now), integer(j.run)}})
	if err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	return nil
}

// Close closes the journal, once what was given to it is written.
func (j *Journal) Close() error {
	j.closing.Lock()
	if j.closed {
		j.closing.Unlock()
		return nil
	}
	j.closed = true
	close(j.todo)
	j.closing.Unlock()
	<-j.gone
	if err := errors.Join(j.conn.Close(), j.lock.Close()); err != nil {
		return fmt.Errorf("%s: %w", j.path, err)
	}
	return nil
}

// keyOf is the key of a step.
func keyOf(run, name string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + name))
	return hex.EncodeToString(sum[:16])
}

// cut is a name as messages have it.
func cut(name string) string {
	const most = 100
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "..."
}
