package repl

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Sessions at the same time lose nothing of each other's, and an entry of several lines comes back as it was.
func TestHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "lull", "history")
	if got := (&history{path}).read(); got != nil {
		t.Errorf("no file has %q", got)
	}
	const sessions, each = 8, 50
	entry := func(s, i int) string {
		return fmt.Sprintf("-- %d %d\nprint(\"a\\n\\\\n\")\n%s", s, i, strings.Repeat("x", i))
	}
	var all sync.WaitGroup
	for s := range sessions {
		all.Go(func() {
			h := &history{path}
			for i := range each {
				h.add(entry(s, i))
			}
		})
	}
	all.Wait()
	got := (&history{path}).read()
	if len(got) != sessions*each {
		t.Errorf("%d entries of %d are there", len(got), sessions*each)
	}
	for s := range sessions {
		for i := range each {
			if !slices.Contains(got, entry(s, i)) {
				t.Fatalf("the entry %q is lost", entry(s, i))
			}
		}
	}
}

// The end of a large file counts; an entry that is cut in its midst, at the beginning or at the end, is left out.
func TestHistoryOfManyEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	text := strings.Repeat(strings.Repeat("y", 99)+"\n", maxHistory/100+10) + "last\nhalf"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := (&history{path}).read()
	if len(got) != entriesKept || got[len(got)-1] != "last" || slices.ContainsFunc(got[:len(got)-1], func(e string) bool { return len(e) != 99 }) {
		t.Errorf("%d entries, the last %q", len(got), got[len(got)-1])
	}
}

// A history that goes on for ever takes no more than two files, and offers what was entered last, whichever session that was.
func TestHistoryIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	const long, entries = 100_000, 150 // three times as much as a file takes
	sessions := []history{{path}, {path}}
	for i := range entries {
		sessions[i%2].add(fmt.Sprintf("%d %s", i, strings.Repeat("z", long)))
	}
	total := int64(0)
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if total += info.Size(); info.Size() > maxHistory+long+10 || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %d bytes, and the mode %v", f.Name(), info.Size(), info.Mode())
		}
	}
	if len(files) != 2 || total < maxHistory {
		t.Errorf("%d files have %d bytes", len(files), total)
	}
	got := (&history{path}).read()
	if len(got) < maxHistory/long-1 {
		t.Errorf("only %d entries are left", len(got))
	}
	for i, e := range got {
		if want := fmt.Sprintf("%d ", entries-len(got)+i); !strings.HasPrefix(e, want) {
			t.Fatalf("the entry %.10q comes where %q should", e, want)
		}
	}
}

// Where there can be no file, there is no history, and no complaint.
func TestHistoryWithoutAPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", filepath.Join(file, "history")} {
		h := &history{path}
		h.add("x")
		if got := h.read(); got != nil || h.path != "" {
			t.Errorf("%q: %q, kept in %q", path, got, h.path)
		}
	}
}
