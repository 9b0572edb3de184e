package repl

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"unicode/utf8"
)

// Keys that have no rune of their own stand in the private use area; keys makes them of what the terminal sends.
const (
	pasted    = '\ue001' + iota // the next paste
	deleteKey                   // takes away what is behind the cursor, as Ctrl-D does where there is something
	wholeKey                    // the Enter behind it was pressed with Alt
	pageUp
	pageDown
	firstKey // Ctrl with Home
	lastKey  // Ctrl with End
	outdent  // Shift with Tab
	afterKeys
)

const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// sequences are keys that the line editor would get wrong, or not know.
var sequences = map[string]string{
	"\x1b[3~": string(deleteKey),                                               // the library takes that for Ctrl-D
	"\x1b[1~": "\x01", "\x1b[7~": "\x01", "\x1b[4~": "\x05", "\x1b[8~": "\x05", // Home, End
	"\x1b[1;5D": "\x1bb", "\x1b[1;5C": "\x1bf", "\x1b[1;3D": "\x1bb", "\x1b[1;3C": "\x1bf", // Ctrl and Alt with arrows
	"\x1b[1;5A": string(pageUp), "\x1b[1;5B": string(pageDown),
	"\x1b[5~": string(pageUp), "\x1b[6~": string(pageDown),
	"\x1b[1;5H": string(firstKey), "\x1b[1;5F": string(lastKey),
	"\x1b[Z": string(outdent), "\x1b\r": string(wholeKey) + "\r", "\x1b\n": string(wholeKey) + "\r",
	"\x1b[2~": "", // Insert
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

	looked  int  // how much of buf has no end of the paste that begins it
	tooLong bool // and is left out

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
			k.looked, k.tooLong = 0, false
			k.buf, k.out = nil, append(k.out, 'C'-'@')
			break
		}
		k.buf = append(k.buf, chunk[:n]...)
		k.err = err
		k.translate()
	}
	n := len(k.out)
	if i := bytes.IndexByte(k.out, '\r'); i >= 0 { // so that ahead knows what is behind it
		n = i + 1
	}
	n = copy(p, k.out[:n])
	k.out = k.out[n:]
	return n, nil
}

// ahead reports whether more was typed behind the Enter that was read last, as where somebody types ahead, or a terminal pastes that
// knows no brackets for it. It is called before the next Read.
func (k *keys) ahead() bool { return len(k.out)+len(k.buf) > 0 }

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
			from := max(len(pasteBegin), k.looked-len(pasteEnd))
			end := bytes.Index(k.buf[from:], []byte(pasteEnd))
			if end < 0 {
				if over := len(k.buf) - len(pasteBegin) - mostPasted; over > len(pasteEnd) {
					k.tooLong = true
					k.buf = append([]byte(pasteBegin), k.buf[len(k.buf)-len(pasteEnd):]...)
				}
				k.looked = len(k.buf)
				return // more is to come
			}
			if text := k.buf[len(pasteBegin) : from+end]; k.tooLong || len(text) > mostPasted {
				k.one("-- the paste had more than 8 MB, and is left out")
			} else {
				k.paste(string(text))
			}
			k.buf, k.looked, k.tooLong = k.buf[from+end+len(pasteEnd):], 0, false
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

// paste hands a pasted text over, which is never entered by itself. It is kept as it is, control characters included, or not at all.
func (k *keys) paste(text string) {
	if !utf8.ValidString(text) {
		k.one("-- the paste is not in UTF-8, and is left out")
		return
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	k.one(strings.TrimRight(text, "\n"))
}

func (k *keys) one(text string) {
	if text != "" {
		k.mu.Lock()
		k.pastes = append(k.pastes, text)
		k.mu.Unlock()
		k.out = append(k.out, string(pasted)...)
	}
}

// mostPasted is how many bytes a paste may have.
const mostPasted = 8 << 20

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
