package crew

import "github.com/lull-lua/lull/interp"

// Source is what a crew takes items from and may wait for: a queue.
type Source interface {
	Size() int
	Closed() bool
	Take() Item   // the first; there must be one
	Back(it Item) // takes in again what was not used
	// Wait waits, as a builtin's last act, for an item, which is then handed to got; a zero one if the source was closed meanwhile.
	Wait(c *interp.Call, got func(it Item)) error
}

// Item is an item of a source.
type Item struct {
	Value interp.Value
	Place uint64 // the source's own mark
}

// Feed is embedded by the Go type of a source that scripts have, so that [SourceOf] knows it and nobody else sees it.
type Feed struct{ source Source }

// NewFeed is the feed of s.
func NewFeed(s Source) Feed { return Feed{s} }

func (f *Feed) crewSource() Source { return f.source }

// SourceOf is the source that an object of a script's is.
func SourceOf(object any) (s Source, ok bool) {
	f, ok := object.(interface{ crewSource() Source })
	if !ok {
		return nil, false
	}
	return f.crewSource(), true
}
