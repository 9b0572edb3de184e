//go:build unix

// Command httpgo is the yardstick of http.lua and serve.lua: a server and clients of Go's net/http. httpgo serve; httpgo get URL N AT-ONCE;
// httpgo hold URL N.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "httpgo:", err)
		os.Exit(1)
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	check(err)
	return n
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		serve()
	case len(os.Args) == 5 && os.Args[1] == "get":
		get(os.Args[2], number(os.Args[3]), number(os.Args[4]))
	case len(os.Args) == 4 && os.Args[1] == "hold":
		hold(os.Args[2], number(os.Args[3]))
	default:
		check(fmt.Errorf("usage: httpgo serve | httpgo get URL N AT-ONCE | httpgo hold URL N"))
	}
}

// serve answers /1k with a KiB, and /size/N with so many bytes; it prints its URL, and ends with its standard input.
func serve() {
	body := []byte(strings.Repeat("x", 1024))
	piece := make([]byte, 1<<20)
	http.HandleFunc("/1k", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(body) // the client may have gone
	})
	http.HandleFunc("/size/{n}", func(w http.ResponseWriter, r *http.Request) {
		n := number(r.PathValue("n"))
		w.Header().Set("Content-Length", strconv.Itoa(n))
		for n > 0 {
			k, err := w.Write(piece[:min(n, len(piece))])
			if err != nil {
				return
			}
			n -= k
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("http://%s\n", l.Addr())
	go func() { check(http.Serve(l, nil)) }()
	_, _ = io.Copy(io.Discard, os.Stdin) // however it ends
}

// get asks n times, so many at once, and prints the processor's time and the clock's for each, in microseconds.
func get(address string, n, atOnce int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	var left atomic.Int64
	left.Store(int64(n))
	start := time.Now()
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				res, err := client.Get(address)
				check(err)
				b, err := io.ReadAll(res.Body)
				check(err)
				check(res.Body.Close())
				if len(b) != 1024 {
					check(fmt.Errorf("%d bytes", len(b)))
				}
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	cpu := float64(u.Utime.Nano()+u.Stime.Nano()) / 1e3
	fmt.Printf("%.2f us cpu %.2f us\n", cpu/float64(n), float64(took.Microseconds())/float64(n))
}

// hold asks once over each of n connections, and keeps them until its standard input ends; it says when it has them.
func hold(address string, n int) {
	u, err := url.Parse(address)
	check(err)
	for range n {
		conn, err := net.Dial("tcp", u.Host)
		check(err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.Path, u.Host)
		check(err)
		res, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
		check(err)
		_, err = io.Copy(io.Discard, res.Body)
		check(err)
	}
	fmt.Println(n)
	_, _ = io.Copy(io.Discard, os.Stdin) // however it ends
}
