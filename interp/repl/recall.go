package repl

import "strings"

// recall is the way through the history, from an entry that is typed: those before it, and back. A change to one of them stays until
// the entry is entered.
type recall struct {
	entries []string // oldest first
	at      int      // len(entries): what is typed
	changed map[int]string
	prefix  string // those that begin with it are shown
	moving  bool   // the last key was one of these
}

// move is the next entry, by being 1, or the one before it, which is shown in the place of text. It keeps to entries that begin with
// what stood before the cursor when the way began, as IPython does.
func (r *recall) move(by int, text, before string) (string, bool) {
	if !r.moving {
		r.prefix = ""
		if r.at == len(r.entries) && before == text {
			r.prefix = text
		}
	}
	for to := r.at + by; to >= 0 && to <= len(r.entries); to += by {
		found, ok := r.changed[to]
		if !ok && to < len(r.entries) {
			found = r.entries[to]
		}
		if to < len(r.entries) && (!strings.HasPrefix(found, r.prefix) || found == text) {
			continue
		}
		if r.changed == nil {
			r.changed = map[int]string{}
		}
		r.changed[r.at] = text
		r.at, r.moving = to, true
		return found, true
	}
	return "", false
}

// search is a search through the history, from its end.
type search struct {
	entries []string
	query   string
	at      int  // the entry that was found; len(entries): none yet
	failed  bool // there is no other
	was     buffer
}

// find goes on from the entry at from, by steps of by.
func (s *search) find(from, by int) {
	for i := from; i >= 0 && i < len(s.entries); i += by {
		if strings.Contains(s.entries[i], s.query) {
			s.at, s.failed = i, false
			return
		}
	}
	s.failed = true
}

// shown is the entry that was found, with the cursor at what was searched for.
func (s *search) shown() buffer {
	if s.at == len(s.entries) {
		return s.was
	}
	text := s.entries[s.at]
	at := max(strings.Index(text, s.query), 0)
	return buffer{text: []rune(text), pos: len([]rune(text[:at])), cells: -1, killed: s.was.killed}
}

func (s *search) status() string {
	if s.failed {
		return "failing bck-i-search: " + s.query
	}
	return "bck-i-search: " + s.query
}
