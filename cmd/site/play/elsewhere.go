//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "play: this is a program for a browser's worker; go run ./cmd/site builds it, and the page that it is for")
	os.Exit(2)
}
