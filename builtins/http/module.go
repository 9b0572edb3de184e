// Package http is the table http: requests, and servers that answer them, on net/http. A request belongs to the task that makes or answers it.
package http

import (
	_ "embed"

	"github.com/lull-lua/lull/interp"
)

//go:embed http.lua
var stub string

// Module is the table http.
func Module() interp.Module {
	return interp.Module{
		Name:  "http",
		Stub:  stub,
		Needs: func(g interp.Granted) bool { return g.Network },
		Defs: []interp.Def{
			{Name: "escape", Fn: escape},
			{Name: "unescape", Fn: unescape},
			{Name: "query", Fn: query},
			{Name: "parse_url", Fn: parseURL},
			{Name: "join_url", Fn: joinURL},
			{Name: "get", Fn: get, Outside: true},
			{Name: "head", Fn: head, Outside: true},
			{Name: "delete", Fn: deleteCall, Outside: true},
			{Name: "post", Fn: post, Outside: true},
			{Name: "put", Fn: put, Outside: true},
			{Name: "patch", Fn: patch, Outside: true},
			{Name: "request", Fn: requestCall, Outside: true},
			{Name: "session", Fn: newSession, Outside: true},
			{Name: "serve", Fn: serve, Outside: true},
			{Name: "files", Fn: serveFiles, Outside: true},
			{Name: "websocket", Fn: websocketCall, Outside: true},
		},
		Fakes: []interp.Fake{{Name: "http", Fn: fakeHTTP, Lend: lendFakes}},
		Types: []interp.Type{responseType, streamType, sessionType, serverType, requestType, servedType, socketType},
	}
}
