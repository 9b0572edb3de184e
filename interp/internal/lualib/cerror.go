package lualib

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// cError is an error as C's strerror words it, and its errno; 0 if it has none. A panic of the host's goes on in the running task.
func cError(err error) (text string, code int) {
	vm.Panics(err)
	no := syscall.Errno(0)
	if errors.As(err, &no) {
		if t, c, ok := cErrno(no); ok {
			return t, c
		}
		return capital(no.Error()), int(no)
	}
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	return capital(err.Error()), 0
}

// capital gives strerror's first letter back: package syscall has them in lower case.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// failed pushes what library functions return for an error: nil, the text after about (a file's name and ": ", or nothing), and
// the errno.
func failed(L *lua.LState, about string, err error) int {
	text, code := cError(err)
	L.Push(lua.LNil)
	L.Push(lua.LString(about + text))
	L.Push(lua.LNumber(code))
	return 3
}

// done pushes true, or what failed does.
func done(L *lua.LState, about string, err error) int {
	if err != nil {
		return failed(L, about, err)
	}
	L.Push(lua.LTrue)
	return 1
}
