package lualib

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// dumpHeader begins what string.dump returns: the header of PUC's compiled chunks (on a machine of 64 bits), which
// libraries look at to learn what they run on.
const dumpHeader = "\x1bLua\x51\x00\x01\x04\x08\x04\x08\x00" + "a function of Lua, which the runtime that dumped it can load, and no other: "

// maxDump is as long as what string.dump returns, or longer.
const maxDump = len(dumpHeader) + 40

// dumps are the functions that were given to string.dump. The code itself is never given out, nor taken: a dump is a name
// that means something to this runtime alone, where it stays loadable as long as the runtime lives.
type dumps struct {
	secret string // so that no dump of another runtime is mistaken for one of this
	protos []*lua.FunctionProto
}

func (lib *Library) strDump(L *lua.LState) int {
	d := &lib.dumps
	fn := checkFunction(L, 1)
	if fn.IsG {
		vm.Errorf(L, "unable to dump given function")
	}
	if d.secret == "" {
		d.secret = strconv.FormatUint(rand.Uint64(), 36)
	}
	i := slices.Index(d.protos, fn.Proto)
	if i < 0 {
		i = len(d.protos)
		d.protos = append(d.protos, fn.Proto)
	}
	L.Push(lua.LString(dumpHeader + d.secret + " " + strconv.Itoa(i)))
	return 1
}

// Size adds what the library holds beside what scripts do.
func (lib *Library) Size(s *vm.Sizer) {
	for _, p := range lib.dumps.protos {
		s.Proto(p)
	}
	for _, p := range lib.patterns {
		s.Bytes(p.bytes())
	}
}

// bytes is what a compiled pattern takes, at most: some of its sets may be shared.
func (p *pattern) bytes() int {
	n := 256 + 60*len(p.items)
	for i := range p.items {
		if p.items[i].set != nil {
			n += 256
		}
	}
	return n
}

// bytes is what a file handle holds beside itself.
func (f *file) bytes() int { return 512 + cap(f.in) + cap(f.out) }

// SizeOf is what the value of a userdata holds, if it is one of the library's.
func SizeOf(v any) (bytes int, ok bool) {
	if b, ok := v.(interface{ bytes() int }); ok {
		return b.bytes(), true
	}
	return 0, false
}

// find is the function that a chunk is the dump of, or nil.
func (d *dumps) find(chunk string) *lua.FunctionProto {
	name, ok := strings.CutPrefix(chunk, dumpHeader+d.secret+" ")
	if i, err := strconv.Atoi(name); ok && err == nil && i >= 0 && i < len(d.protos) {
		return d.protos[i]
	}
	return nil
}
