package repl

import (
	"bytes"
	"errors"
	"strings"
	"sync"
)

// The line editor knows runes alone. These stand in the private use area for what is more than that; keys makes them of
// what the terminal sends.
const (
	newline   = '\ue000' // inside a line that is edited: an entry of several lines, in one
	pasted    = '\ue001' // the next paste
	deleteKey = '\ue002'
	rest      = '\ue003' // the lines of a paste behind its first
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// cursor is set by the painter before and behind what moves the cursor from the line's end to where it belongs. The library
// goes back with one backspace a rune instead, which is wrong with tabs and wide letters, and in terminals such as tmux, whose
// backspace goes from a row's start to the end of the one above.
const cursor = '\ue004'

// sequences are keys that the line editor would get wrong, or not know.
var sequences = map[string]string{
	"\x1b[3~": string(deleteKey),                                               // it takes that for Ctrl-D, which leaves
	"\x1b[1~": "\x01", "\x1b[7~": "\x01", "\x1b[4~": "\x05", "\x1b[8~": "\x05", // Home, End
	"\x1b[1;5D": "\x1bb", "\x1b[1;5C": "\x1bf", "\x1b[1;3D": "\x1bb", "\x1b[1;3C": "\x1bf", // Ctrl and Alt with arrows
	"\x1b[2~": "", "\x1b[5~": "", "\x1b[6~": "", // Insert, page up and down
}

// errWake is what a read returns that is no longer wanted, though more can be read later: it stands for Ctrl-C.
var errWake = errors.New("the read is not wanted any more")

// keys translates what a terminal sends. A paste becomes one key: its text, which may have any length and be full of tabs,
// is fetched with nextPaste.
type keys struct {
	in  func(p []byte) (int, error)
	buf []byte // raw, not translated yet
	out []byte // translated
	err error

	mu     sync.Mutex
	pastes []string // that were read, and not fetched yet
}

func (k *keys) Read(p []byte) (int, error) {
	for len(k.out) == 0 {
		if k.err != nil {
			return 0, k.err
		}
		var chunk [4096]byte
		n, err := k.in(chunk[:])
		if err == errWake { // half a sequence or a paste is none any more
			k.buf, k.out = nil, append(k.out, 'C'-'@')
			break
		}
		k.buf = append(k.buf, chunk[:n]...)
		k.err = err
		k.translate()
	}
	n := copy(p, k.out)
	k.out = k.out[n:]
	return n, nil
}

// translate moves from buf to out what is complete there.
func (k *keys) translate() {
	for len(k.buf) > 0 {
		if k.buf[0] != '\x1b' {
			n := bytes.IndexByte(k.buf, '\x1b')
			if n < 0 {
				n = len(k.buf)
			}
			k.out = append(k.out, k.buf[:n]...)
			k.buf = k.buf[n:]
			continue
		}
		if bytes.HasPrefix(k.buf, []byte(pasteBegin)) {
			text, after, ok := bytes.Cut(k.buf[len(pasteBegin):], []byte(pasteEnd))
			if !ok {
				return // more is to come
			}
			k.paste(string(text))
			k.buf = after
			continue
		}
		if !k.sequence() {
			return
		}
	}
}

// sequence translates the one that buf begins with; false: more is to come. After a lone escape the line editor would wait
// for the next key, too.
func (k *keys) sequence() bool {
	if strings.HasPrefix(pasteBegin, string(k.buf)) {
		return false
	}
	for seq, to := range sequences {
		if bytes.HasPrefix(k.buf, []byte(seq)) {
			k.out = append(k.out, to...)
			k.buf = k.buf[len(seq):]
			return true
		}
		if strings.HasPrefix(seq, string(k.buf)) {
			return false
		}
	}
	k.out = append(k.out, '\x1b')
	k.buf = k.buf[1:]
	return true
}

// paste hands a pasted text over: all lines but the last are entered, the last one can be edited.
func (k *keys) paste(text string) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || newline <= r && r <= cursor {
			return -1
		}
		return r
	}, text)
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		k.one(text[:i])
		k.out = append(k.out, '\r')
		text = text[i+1:]
	}
	k.one(text)
}

func (k *keys) one(text string) {
	if text != "" {
		k.mu.Lock()
		k.pastes = append(k.pastes, text)
		k.mu.Unlock()
		k.out = append(k.out, string(pasted)...)
	}
}

// nextPaste is the text that a pasted key stands for.
func (k *keys) nextPaste() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.pastes) == 0 {
		return ""
	}
	text := k.pastes[0]
	k.pastes = k.pastes[1:]
	return text
}
