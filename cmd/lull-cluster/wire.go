package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Messages are a version, a header in JSON with its length before it, and data: values in interp's portable form. They come from peers: what is not as it
// should be is an error, and nothing else.
const wireVersion = 1

// errMessage is the error of a message that cannot be read.
var errMessage = errors.New("a message that cannot be read: is every machine's lull-cluster the same version?")

// encode makes a message.
func encode(header any, data []byte) ([]byte, error) {
	h, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	b := binary.AppendUvarint([]byte{wireVersion}, uint64(len(h)))
	return append(append(b, h...), data...), nil
}

// decode reads a message's header, and returns its data, which is a part of b.
func decode(b []byte, header interface{ check() error }) (data []byte, err error) {
	if len(b) == 0 || b[0] != wireVersion {
		return nil, errMessage
	}
	n, size := binary.Uvarint(b[1:])
	if size <= 0 || n > uint64(len(b)-1-size) {
		return nil, errMessage
	}
	b = b[1+size:]
	if err := json.Unmarshal(b[:n], header); err != nil {
		return nil, fmt.Errorf("%w (%v)", errMessage, err)
	}
	if err := header.check(); err != nil {
		return nil, fmt.Errorf("%w (%v)", errMessage, err)
	}
	return b[n:], nil
}

// Bounds of what scripts and peers may ask for.
const (
	maxItems    = 1_000_000
	maxAttempts = 1000
	maxID       = 100
	longest     = 10 * 365 * 24 * time.Hour
	maxText     = 1 << 16
)

var goodID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,` + strconv.Itoa(maxID) + `}$`)

// jobID is the name of a job: its batch and its number there, or the batch alone, whose one job it is.
func jobID(batch string, index int) string {
	if index == 0 {
		return batch
	}
	return batch + "." + strconv.Itoa(index)
}

// parseID reads a job's name, or a batch's. job is whether a number was named.
func parseID(id string) (batch string, index int, job bool, err error) {
	batch, number, job := strings.Cut(id, ".")
	if job {
		index, err = strconv.Atoi(number)
		if err != nil || index < 1 || index > maxItems || strconv.Itoa(index) != number {
			return "", 0, false, fmt.Errorf("%.120q is no job: one of a batch is called BATCH.NUMBER", id)
		}
	}
	if !goodID.MatchString(batch) {
		return "", 0, false, fmt.Errorf("%.120q is no name of a batch or a job: letters, digits, _ and - are wanted, at most %d", id, maxID)
	}
	return batch, index, job, nil
}

// key is under which the result of a job is.
func key(batch string, index int) string { return batch + "." + strconv.Itoa(index) }

// job is the header of a job on its way to a worker. Its data is the item.
type job struct {
	Batch string `json:"batch"`
	Index int    `json:"index"`           // from 1; 0: it was submitted alone
	Began int64  `json:"began,omitempty"` // of its batch, in nanoseconds since 1970: an id may be another batch's later
	Used  int    `json:"used,omitempty"`  // attempts that earlier messages of the same job have had
	Lost  bool   `json:"lost,omitempty"`  // one of those has ended with its worker
	Held  bool   `json:"held,omitempty"`  // a worker has ended that had it, and had not said that it begins
	Ready int64  `json:"ready,omitempty"` // not before, in milliseconds since 1970
}

func (j *job) check() error {
	if !goodID.MatchString(j.Batch) || j.Index < 0 || j.Index > maxItems || j.Used < 0 || j.Used > maxAttempts || j.Ready < 0 {
		return errors.New("a job's fields")
	}
	return nil
}

func (j *job) id() string  { return jobID(j.Batch, j.Index) }
func (j *job) key() string { return key(j.Batch, j.Index) }

// spec is the header of what the jobs of a batch have in common. Its data is the function, with its variables and globals, unless Function names it, and the
// function that names jobs, if Named says so.
type spec struct {
	Items    int               `json:"items"`              // 0: one job, which was submitted
	Function string            `json:"function,omitempty"` // "module.function"
	Name     string            `json:"name,omitempty"`     // of the batch, for those who look
	Named    bool              `json:"named,omitempty"`    // each job has a name
	Script   string            `json:"script,omitempty"`
	Began    time.Time         `json:"began"`
	Attempts int               `json:"attempts"`
	Timeout  time.Duration     `json:"timeout,omitempty"`
	Delay    time.Duration     `json:"delay,omitempty"`
	Factor   float64           `json:"factor,omitempty"`
	Keep     time.Duration     `json:"keep"`
	Modules  map[string]string `json:"modules,omitempty"` // hashes of their chunks
	Alone    bool              `json:"alone,omitempty"`   // its script's own process runs it
	Limit    int               `json:"limit,omitempty"`   // how many of its jobs there are at once in the queue and at workers; 0: all
}

func (s *spec) check() error {
	for _, d := range []time.Duration{s.Timeout, s.Delay, s.Keep} {
		if d < 0 || d > longest {
			return errors.New("a duration")
		}
	}
	switch {
	case s.Items < 0 || s.Items > maxItems, s.Limit < 0 || s.Limit > maxItems, s.Attempts < 1 || s.Attempts > maxAttempts:
		return errors.New("a number")
	case math.IsNaN(s.Factor) || s.Factor < 0 || s.Factor > 1000:
		return errors.New("the factor")
	case len(s.Name) > maxText || len(s.Function) > maxText || len(s.Script) > maxText:
		return errors.New("a name")
	}
	for _, hash := range s.Modules {
		if _, err := parseHash(hash); err != nil {
			return err
		}
	}
	return nil
}

// wait is how long to wait after so many attempts.
func (s *spec) wait(attempts int) time.Duration {
	factor := s.Factor
	if factor == 0 {
		factor = 1
	}
	d := float64(s.Delay) * math.Pow(factor, float64(attempts-1))
	return time.Duration(min(d, float64(24*time.Hour)))
}

// parseHash reads a chunk's hash.
func parseHash(text string) (hash [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(hash) {
		return hash, errors.New("a chunk's hash")
	}
	return [32]byte(b), nil
}

// result is the header of what a job has come to. Its data is the value, or the error where Failed says so; where there is a Kind it is an error without data.
type result struct {
	Worker  string        `json:"worker"`
	Attempt int           `json:"attempt"`
	Failed  bool          `json:"failed,omitempty"`
	Kind    string        `json:"kind,omitempty"`
	Message string        `json:"message,omitempty"`
	Took    time.Duration `json:"took,omitempty"`
}

func (r *result) check() error {
	if len(r.Worker) > maxText || len(r.Kind) > 100 || r.Attempt < 0 || r.Attempt > 2*maxAttempts {
		return errors.New("a result's fields")
	}
	return nil
}

// cancellation is sent to all workers: jobs of the batch from that number on, or the one.
type cancellation struct {
	Batch string `json:"batch"`
	From  int    `json:"from"`
	One   bool   `json:"one,omitempty"`
}

func (x *cancellation) check() error {
	if !goodID.MatchString(x.Batch) || x.From < 0 || x.From > maxItems {
		return errors.New("a cancellation's fields")
	}
	return nil
}

// means reports whether it cancels a job.
func (x *cancellation) means(j *job) bool {
	return j.Batch == x.Batch && (j.Index == x.From || !x.One && j.Index > x.From)
}
