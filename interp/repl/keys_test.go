package repl

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// translated is what keys makes of what a terminal sends, a byte at a time, or all at once; and the pastes in it.
func translated(t *testing.T, in io.Reader) (string, []string) {
	t.Helper()
	k := &keys{in: in.Read}
	out, err := io.ReadAll(k)
	if err != nil {
		t.Fatal(err)
	}
	var pastes []string
	for p := k.nextPaste(); p != ""; p = k.nextPaste() {
		pastes = append(pastes, p)
	}
	return string(out), pastes
}

func TestKeys(t *testing.T) {
	const paste = string(pasted)
	for _, tt := range []struct{ sent, want, pastes string }{
		{"abc\r", "abc\r", ""},
		{"\x1b[A\x1b[3~", "\x1b[A" + string(deleteKey), ""},
		{"a\x1b[1;5Db\x1b[4~", "a\x1bbb\x05", ""},
		{"\x1b[2~x", "x", ""},
		{pasteBegin + "one" + pasteEnd + "two", paste + "two", "one"},
		{pasteBegin + "one\ttab\r\ntwo\nthree" + pasteEnd, paste, "one\ttab\ntwo\nthree"},
		{pasteBegin + "one\n" + pasteEnd, paste, "one"},
		{pasteBegin + "\x03\x04\x1b[A\ue001x" + pasteEnd, paste, "\x03\x04\x1b[A\ue001x"},
		{pasteBegin + "'Gr\xfc\xdfe'" + pasteEnd, paste, "-- the paste is not in UTF-8, and is left out"},
		{pasteBegin + pasteEnd + "x", "x", ""},
		{pasteBegin + "a" + pasteEnd + pasteBegin + "b" + pasteEnd, paste + paste, "a|b"},
	} {
		for name, in := range map[string]io.Reader{"at once": strings.NewReader(tt.sent), "by bytes": iotest.OneByteReader(strings.NewReader(tt.sent))} {
			got, pastes := translated(t, in)
			if got != tt.want || strings.Join(pastes, "|") != tt.pastes {
				t.Errorf("%q, %s: %q and %q, want %q and %q", tt.sent, name, got, pastes, tt.want, tt.pastes)
			}
		}
	}
}

// A terminal's bytes end up the same however it is cut; a paste comes with its text, and never with more keys than that.
func FuzzKeys(f *testing.F) {
	f.Add("a\x1b[3~\x1b[200~x\ny\x1b[201~\r")
	f.Add("\x1b[200~open")
	f.Add("\x1b\x1b[20")
	f.Fuzz(func(t *testing.T, sent string) {
		if len(sent) > 1000 { // a byte at a time
			return
		}
		whole, pastes := translated(t, strings.NewReader(sent))
		cut, cutPastes := translated(t, iotest.OneByteReader(strings.NewReader(sent)))
		if whole != cut || strings.Join(pastes, "\x00") != strings.Join(cutPastes, "\x00") {
			t.Errorf("%q becomes %q and %q, or in bytes %q and %q", sent, whole, pastes, cut, cutPastes)
		}
		if !strings.Contains(sent, string(pasted)) && strings.Count(whole, string(pasted)) != len(pastes) {
			t.Errorf("%q: %q has not the %d pastes", sent, whole, len(pastes))
		}
	})
}

// A paste may be as large as a source text, and what is larger does not fill the memory, nor end in the midst.
func TestKeysOfALargePaste(t *testing.T) {
	for _, n := range []int{mostPasted, mostPasted + 1, 3*mostPasted + 5} {
		out, pastes := translated(t, strings.NewReader("a"+pasteBegin+strings.Repeat("x", n)+pasteEnd+"b"))
		if out != "a"+string(pasted)+"b" || len(pastes) != 1 {
			t.Fatalf("%d bytes: %q, %d pastes", n, out, len(pastes))
		}
		if left := strings.HasPrefix(pastes[0], "-- the paste had more than"); left != (n > mostPasted) || !left && len(pastes[0]) != n {
			t.Errorf("%d bytes become %.60q", n, pastes[0])
		}
	}
}

// A read that is not wanted any more is Ctrl-C, in the midst of a sequence or a paste, too, of which nothing is left.
func TestKeysOfAWokenRead(t *testing.T) {
	for _, half := range []string{"", "\x1b", "\x1b[1", pasteBegin + "half"} {
		reads := []string{half, "wake", "x"}
		k := &keys{in: func(p []byte) (int, error) {
			if len(reads) == 0 {
				return 0, io.EOF
			}
			next := reads[0]
			reads = reads[1:]
			if next == "wake" {
				return 0, errWake
			}
			return copy(p, next), nil
		}}
		if out, err := io.ReadAll(k); err != nil || string(out) != "\x03x" {
			t.Errorf("%q: %q, %v", half, out, err)
		}
	}
}
