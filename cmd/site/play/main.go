//go:build js

// Command play is Lull in a browser: a worker of the page starts it, as static/worker.js has it, and calls what it leaves in the global object
// lull. One script runs at a time.
//
//	lull.run(source, {name, virtual, trace, columns}, post)   runs a script, which calls post(kind, value) as it goes on
//	lull.cancel()                                             is Ctrl-C
//	lull.flush()                                              writes out what was printed
//	lull.picture()                                            asks for the timeline up to now, which comes by post
//
// It posts "out" and "err" with bytes, "note" with what lull check says, "trace" with what timeline.js reads, "line" with the number of the line that is wrong, and at the end
// "done" with the exit status.
package main

import (
	"syscall/js"
)

func main() {
	var p player
	lull := js.ValueOf(map[string]any{
		"run": js.FuncOf(func(_ js.Value, args []js.Value) any {
			p.start(args[0].String(), args[1].Get("name").String(), args[1].Get("virtual").Bool(), args[1].Get("trace").Bool(), args[1].Get("columns").Int(), args[2])
			return nil
		}),
		"cancel":  js.FuncOf(func(js.Value, []js.Value) any { p.stop(); return nil }),
		"flush":   js.FuncOf(func(js.Value, []js.Value) any { p.flush(); return nil }),
		"picture": js.FuncOf(func(js.Value, []js.Value) any { p.picture(); return nil }),
	})
	js.Global().Set("lull", lull)
	js.Global().Call("lullReady")
	select {}
}

// bytes are b as JavaScript has them.
func bytes(b []byte) js.Value {
	v := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(v, b)
	return v
}
