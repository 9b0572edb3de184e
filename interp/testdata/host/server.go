package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

//go:embed lua
var files embed.FS

// Server answers requests with the functions of handlers.lua.
type Server struct {
	runtimes []*interp.Runtime // all run one program; requests go round
	next     atomic.Uint64
	limit    time.Duration // of a request
}

// request and response are what handlers see and return.
type request struct {
	Method string            `lua:"method"`
	Query  map[string]string `lua:"query"`
}

type response struct {
	Status int               `lua:"status"`
	Body   string            `lua:"body"`
	Header map[string]string `lua:"header"`
}

// shop is the host's own module.
var shop = interp.Module{Name: "shop", Defs: []interp.Def{
	{Name: "currency", Value: "EUR"},
	{Name: "price", Fn: price},
}}

// price stands for a request over the network: it may take as long as ctx lets it.
func price(ctx context.Context, item string) (float64, error) {
	prices := map[string]float64{"tea": 3.5, "rice": 2}
	p, ok := prices[item]
	if !ok {
		return 0, fmt.Errorf("no price for '%s'", item)
	}
	select {
	case <-time.After(time.Millisecond):
		return p, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// NewServer makes a server of n runtimes, in which a request may take so long.
func NewServer(n int, limit time.Duration, log io.Writer) (*Server, error) {
	sub, err := fs.Sub(files, "lua")
	if err != nil {
		return nil, err
	}
	src, err := fs.ReadFile(sub, "handlers.lua")
	if err != nil {
		return nil, err
	}
	program, err := interp.Compile("@handlers.lua", src)
	if err != nil {
		return nil, err
	}
	options := interp.Combine(
		builtins.Safe(),
		interp.WithLoader(interp.ModulesIn(sub)),
		interp.WithModule(shop),
		interp.WithStdio(nil, log, log),
		interp.WithFunc("log", func(line string) { fmt.Fprintln(log, line) }),
	)
	s := &Server{limit: limit}
	for range n {
		rt, err := interp.New(options)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.runtimes = append(s.runtimes, rt)
		if _, err := rt.Run(context.Background(), program); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Close ends what is under way.
func (s *Server) Close() error {
	var errs []error
	for _, rt := range s.runtimes {
		errs = append(errs, rt.Close())
	}
	return errors.Join(errs...)
}

// ServeHTTP calls the handler of the path's name.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.limit)
	defer cancel()
	rt := s.runtimes[s.next.Add(1)%uint64(len(s.runtimes))]
	req := request{Method: r.Method, Query: map[string]string{}}
	for k := range r.URL.Query() {
		req.Query[k] = r.URL.Query().Get(k)
	}
	vals, err := rt.Call(ctx, "handlers."+strings.Trim(r.URL.Path, "/"), req)
	res := response{Status: http.StatusOK}
	if err == nil {
		err = vals.Into(&res)
	}
	switch {
	case errors.Is(err, interp.ErrTimeout):
		http.Error(w, "it took too long", http.StatusGatewayTimeout)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		for k, v := range res.Header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(res.Status)
		fmt.Fprint(w, res.Body)
	}
}
