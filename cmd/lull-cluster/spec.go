package main

import (
	"context"

	"github.com/lull-lua/lull/interp"
)

// batchSpec is what the jobs of a batch have in common, read.
type batchSpec struct {
	spec
	fn      *interp.Packed // the function, unless Function names it, and that which names jobs, if Named says so; nil: neither
	modules map[string][32]byte
}

// maxSpecs is how many batches a worker remembers.
const maxSpecs = 200

// spec is what is to be known of a batch.
func (w *worker) spec(ctx context.Context, j *job) (*batchSpec, error) {
	w.mu.Lock()
	s := w.specs[j.Batch]
	w.mu.Unlock()
	if s != nil && s.Began.UnixNano() == j.Began {
		return s, nil
	}
	s, err := w.l.spec(ctx, j.Batch)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.specs) >= maxSpecs {
		clear(w.specs)
	}
	w.specs[j.Batch] = s
	return s, nil
}

// header is what the jobs of a batch have in common, without the function, which is returned as it came.
func (l *link) header(ctx context.Context, batch string) (s spec, fn []byte, err error) {
	data, err := l.fetch(ctx, "b."+batch)
	if err == nil {
		fn, err = decode(data, &s)
	}
	return s, fn, err
}

// spec is what the jobs of a batch have in common, read.
func (l *link) spec(ctx context.Context, batch string) (*batchSpec, error) {
	s := &batchSpec{modules: map[string][32]byte{}}
	var fn []byte
	var err error
	if s.spec, fn, err = l.header(ctx, batch); err != nil {
		return nil, err
	}
	for name, text := range s.Modules {
		s.modules[name], _ = parseHash(text) // it was checked
	}
	want := 0
	for _, is := range []bool{s.Function == "", s.Named} {
		if is {
			want++
		}
	}
	if want > 0 {
		s.fn = &interp.Packed{}
		if err := s.fn.UnmarshalPortable(fn, func(hash [32]byte) (*interp.Program, error) { return l.program(ctx, hash) }); err != nil {
			return nil, err
		}
		if s.fn.Len() != want {
			return nil, errMessage
		}
	}
	return s, nil
}
