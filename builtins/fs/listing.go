package fs

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// listing is what is in some folders, each behind the one that it is in. The names lie one after the other: a walk of a million files
// allocates nothing for one.
type listing struct {
	text []byte
	list []entry
}

// entry is a file in a folder.
type entry struct {
	first uint64 // bytes of its name, as a number: most comparisons need no more
	at    int    // where its name begins in the text
	n     int32  // how long that is
	kind  kind
}

// kind is an index into kinds; unknown, as a file system may say, never leaves a listing.
type kind uint8

const (
	isFile kind = iota
	isDir
	isLink
	isOther
	unknown
)

// entryBytes is about what an entry takes beside its name.
const entryBytes = 24

func (l *listing) name(e *entry) []byte { return l.text[e.at : e.at+int(e.n)] }

// size is about how many bytes are held.
func (l *listing) size() int { return len(l.text) + entryBytes*len(l.list) }

// cut drops what was added when there was so much.
func (l *listing) cut(entries, text int) { l.list, l.text = l.list[:entries], l.text[:text] }

// add adds a file. Files that are to take another's place are left out.
func (l *listing) add(name []byte, k kind) {
	if name[0] == '.' && replace.IsName(string(name)) {
		return
	}
	var first [8]byte
	copy(first[:], name)
	l.list = append(l.list, entry{binary.BigEndian.Uint64(first[:]), len(l.text), int32(len(name)), k})
	l.text = append(l.text, name...)
}

// read adds what is in a folder, sorted by bytes; on an error, nothing. Where the folder is not to be reached by way of a link, follow is
// false. grow is told how many bytes are going to be held.
func (l *listing) read(ctx context.Context, files interp.Files, dir string, follow bool, grow func(n int) error) error {
	from, text := len(l.list), len(l.text)
	held := l.size()
	more := func() error {
		n := l.size() - held
		held += n
		if err := grow(n); err != nil {
			return err
		}
		return ctx.Err()
	}
	err := l.readAll(ctx, files, dir, follow, more)
	if err != nil {
		l.cut(from, text)
		return err
	}
	slices.SortFunc(l.list[from:], func(a, b entry) int {
		switch {
		case a.first < b.first:
			return -1
		case a.first > b.first:
			return 1
		}
		return bytes.Compare(l.name(&a), l.name(&b))
	})
	return nil
}

// readEntries is readAll by way of what the runtime's files offer.
func (l *listing) readEntries(ctx context.Context, files interp.Files, dir string, follow bool, more func() error) error {
	flag := openDir
	if !follow {
		flag |= noFollow
	}
	f, err := files.Open(ctx, dir, flag, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		some, err := f.ReadDir(1000)
		for _, e := range some {
			if name := e.Name(); name != "" {
				l.add([]byte(name), kindOf(e.Type()))
			}
		}
		if rerr := more(); rerr != nil {
			return rerr
		}
		if err == io.EOF || err == nil && len(some) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// kindOf is the type of a file.
func kindOf(mode fs.FileMode) kind {
	switch {
	case mode.IsRegular():
		return isFile
	case mode.IsDir():
		return isDir
	case mode&os.ModeSymlink != 0:
		return isLink
	}
	return isOther
}

// namesIn are the names in a folder, sorted by bytes. grow is told how many bytes are going to be held.
func namesIn(ctx context.Context, files interp.Files, dir string, grow func(n int) error) ([]string, error) {
	var l listing
	if err := l.read(ctx, files, dir, true, func(n int) error { return grow(2 * n) }); err != nil {
		return nil, err
	}
	names := make([]string, len(l.list))
	for i := range l.list {
		names[i] = string(l.name(&l.list[i]))
	}
	return names, nil
}
