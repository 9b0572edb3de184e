package trace

import (
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"
)

// output writes blocks on a goroutine of its own.
type output struct {
	w      io.Writer
	blocks chan []byte
	spare  chan []byte
	lanes  atomic.Uint64 // isolates
	done   sync.WaitGroup
	err    error // for who has waited for done
}

// maxBlocks is how many blocks may wait to be written: where the disk is slower than that, the tasks wait for it.
const maxBlocks = 32

func newOutput(w io.Writer) *output {
	o := &output{w: w, blocks: make(chan []byte, maxBlocks), spare: make(chan []byte, maxBlocks)}
	o.done.Go(func() {
		for b := range o.blocks {
			if o.err == nil {
				o.err = writeBlock(w, b)
			}
			select {
			case o.spare <- b[:0]:
			default:
			}
		}
	})
	return o
}

// hand takes a block, and returns a buffer for the next.
func (o *output) hand(b []byte) []byte {
	o.blocks <- b
	select {
	case b := <-o.spare:
		return b
	default:
		return make([]byte, 0, blockSize+4*maxText)
	}
}

func (o *output) close(b []byte) error {
	if len(b) > 0 {
		o.blocks <- b
	}
	close(o.blocks)
	o.done.Wait()
	return o.err
}

func writeBlock(w io.Writer, b []byte) error {
	var length [binary.MaxVarintLen64]byte
	if _, err := w.Write(length[:binary.PutUvarint(length[:], uint64(len(b)))]); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// ring keeps the last segments.
type ring struct {
	limit int
	size  int
	segs  []segment // the last is under way
}

type segment struct {
	blocks [][]byte
	size   int
}

// parts is in how many segments the limit is divided: what is lost at once when it is reached.
const parts = 8

// keep takes a block, which belongs to the segment under way, and returns a buffer for the next.
func (g *ring) keep(b []byte) []byte {
	if len(g.segs) == 0 {
		g.segs = append(g.segs, segment{})
	}
	s := &g.segs[len(g.segs)-1]
	s.blocks = append(s.blocks, b)
	s.size += len(b)
	g.size += len(b)
	return make([]byte, 0, blockSize+4*maxText)
}

// segmentEnds ends the segment under way if it is large, drops those for which there is no room any more, and reports whether it did.
func (g *ring) segmentEnds() bool {
	if g.segs[len(g.segs)-1].size < g.limit/parts {
		return false
	}
	for len(g.segs) > 1 && g.size > g.limit-g.limit/parts {
		g.size -= g.segs[0].size
		g.segs[0] = segment{}
		g.segs = g.segs[1:]
	}
	g.segs = append(g.segs, segment{})
	return true
}

func (g *ring) write(w io.Writer, rest []byte) error {
	for _, s := range g.segs {
		for _, b := range s.blocks {
			if err := writeBlock(w, b); err != nil {
				return err
			}
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return writeBlock(w, rest)
}

// entries are those of tasks by their numbers, which rise: in pages, so that finding one costs next to nothing.
type entries struct {
	first uint64 // the page of pages[0]
	pages []*page
}

const pageSize = 256

type page struct {
	entries [pageSize]entry
	rest    [pageSize]rest
	used    int
}

// find is the entry of a task, or nil; that of a task which is not known has no id.
func (s *entries) find(id uint64) *entry {
	if i := id/pageSize - s.first; i < uint64(len(s.pages)) && s.pages[i] != nil { // one below the first page is beyond the last
		return &s.pages[i].entries[id%pageSize]
	}
	return nil
}

// rest is what is seldom asked for of a task that find knows.
func (s *entries) rest(id uint64) *rest { return &s.pages[id/pageSize-s.first].rest[id%pageSize] }

// add is the entry of a task that is not known, which gets an id from its caller.
func (s *entries) add(id uint64) *entry {
	e := s.find(id)
	if e == nil {
		return s.grow(id/pageSize, id)
	}
	s.pages[id/pageSize-s.first].used++
	return e
}

func (s *entries) grow(n, id uint64) *entry {
	if len(s.pages) == 0 {
		s.first = n
	}
	for n < s.first { // of a task from before the recorder
		more := min(s.first-n, max(16, s.first/2))
		s.pages = append(make([]*page, more), s.pages...)
		s.first -= more
	}
	for n-s.first >= uint64(len(s.pages)) {
		s.pages = append(s.pages, nil)
	}
	p := &page{}
	s.pages[n-s.first] = p
	p.used++
	return &p.entries[id%pageSize]
}

// drop forgets a task.
func (s *entries) drop(id uint64) {
	i := id/pageSize - s.first
	p := s.pages[i]
	p.entries[id%pageSize], p.rest[id%pageSize] = entry{}, rest{}
	if p.used--; p.used > 0 {
		return
	}
	s.pages[i] = nil
	for len(s.pages) > 0 && s.pages[0] == nil {
		s.pages = s.pages[1:]
		s.first++
	}
}
