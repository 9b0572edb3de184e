package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// chunkKey is where the cluster has a chunk.
func chunkKey(hash [32]byte) string { return "c." + hex.EncodeToString(hash[:]) }

// chunkHeader is the header of a chunk; its text is the data.
type chunkHeader struct {
	Name string `json:"name"`
}

func (h *chunkHeader) check() error { return nil }

// hashOf is the hash by which chunks are told apart.
func hashOf(c interp.Chunk) (hash [sha256.Size]byte) {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(c.Name), c.Name)
	_, _ = io.WriteString(h, c.Text) // no hash fails
	h.Sum(hash[:0])
	return hash
}

// sendCode is sendChunk, which also returns the chunk's hash.
func (l *link) sendCode(ctx context.Context, c interp.Chunk) (hash [sha256.Size]byte, err error) {
	hash = hashOf(c)
	return hash, l.sendChunk(ctx, hash, c)
}

// sendChunk has the cluster keep a chunk.
func (l *link) sendChunk(ctx context.Context, hash [sha256.Size]byte, c interp.Chunk) error {
	l.mu.Lock()
	at, known := l.sent[hash]
	l.mu.Unlock()
	if known && time.Since(at) < keepBatches/10 {
		return nil
	}
	b, err := encode(&chunkHeader{c.Name}, []byte(c.Text))
	if err != nil {
		return err
	}
	if len(b) > l.most() {
		return tooLarge("the text of "+strings.TrimLeft(c.Name, "@="), len(b), l.most())
	}
	if err := l.again(ctx, func(ctx context.Context) error {
		e, err := l.batches.Get(ctx, chunkKey(hash))
		if err == nil && time.Since(e.Created()) < keepBatches/10 {
			return nil
		}
		_, err = l.batches.Put(ctx, chunkKey(hash), b)
		return err
	}); err != nil {
		return err
	}
	l.mu.Lock()
	l.sent[hash] = time.Now()
	l.mu.Unlock()
	return nil
}

// maxPrograms is how many chunks are kept compiled.
const maxPrograms = 500

// fetch is what the cluster keeps under a key of its batches.
func (l *link) fetch(ctx context.Context, key string) (data []byte, err error) {
	err = l.again(ctx, func(ctx context.Context) error {
		e, err := l.batches.Get(ctx, key)
		if err == nil {
			data = e.Value()
		}
		return err
	})
	return data, err
}

// program is the program of a chunk that the cluster has.
func (l *link) program(ctx context.Context, hash [32]byte) (*interp.Program, error) {
	l.mu.Lock()
	p := l.programs[hash]
	l.mu.Unlock()
	if p != nil {
		return p, nil
	}
	data, err := l.fetch(ctx, chunkKey(hash))
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, errors.New("the cluster has a function's text no more")
	}
	if err != nil {
		return nil, err
	}
	var h chunkHeader
	text, err := decode(data, &h)
	if err != nil {
		return nil, err
	}
	c := interp.Chunk{Name: h.Name, Text: string(text)}
	if hashOf(c) != hash {
		return nil, errMessage
	}
	if p, err = c.Compile(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.programs) >= maxPrograms {
		clear(l.programs)
	}
	l.programs[hash] = p
	return p, nil
}

func tooLarge(what string, n, most int) error {
	return interp.Errorf(interp.KindLimit, "%s takes %d bytes, and the cluster takes %d: put what is large into a file or a store of your own, and send its name", what, n, most)
}
