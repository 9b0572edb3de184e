// The host is a program of somebody who uses Lull: with its public API alone, in a module of its own. It is an HTTP server
// whose handlers are Lua functions, and runs plugins that it does not trust.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	srv, err := NewServer(4, 2*time.Second, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "host:", err)
		os.Exit(1)
	}
	defer srv.Close()
	fmt.Println("listening on http://localhost:8080/hello?name=ann")
	err = http.ListenAndServe("localhost:8080", srv)
	fmt.Fprintln(os.Stderr, "host:", err)
}
