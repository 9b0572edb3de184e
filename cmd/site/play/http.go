//go:build js

package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall/js"

	"github.com/lull-lua/lull/interp"
)

// maxBody bounds the body of a response, in bytes.
const maxBody = 64 << 20

// httpModule is what the table http is in a page: requests by fetch, without cookies or other credentials, to servers that allow it. Their
// results and errors are those of the table as the command has it.
func httpModule() interp.Module {
	m := interp.Module{
		Name: "http",
		Defs: []interp.Def{
			{Name: "escape", Fn: func(c *interp.Call) error {
				s, err := c.Text(1)
				if err != nil {
					return err
				}
				return c.Return(escaped(s))
			}},
			{Name: "query", Fn: func(c *interp.Call) error {
				s, err := query(c.Arg(1))
				if err != nil {
					return c.ArgError(1, err.Error())
				}
				return c.Return(s)
			}},
			{Name: "request", Outside: true, Fn: func(c *interp.Call) error {
				method, err := c.Text(1)
				if err != nil {
					return err
				}
				return fetch(c, "http.request", method, 2)
			}},
		},
		Types: []interp.Type{{Name: "http.response", Of: (*response)(nil), Field: func(v any, name string) any { return v.(*response).field(name) },
			Methods: []interp.Def{{Name: "json", Fn: func(c *interp.Call) error { return interp.Self[*response](c).json(c) }}}}},
	}
	for _, name := range []string{"get", "head", "delete", "post", "put", "patch"} {
		m.Defs = append(m.Defs, interp.Def{Name: name, Outside: true, Fn: func(c *interp.Call) error {
			return fetch(c, "http."+name, strings.ToUpper(name), 1)
		}})
	}
	return m
}

// httpServing is the rest of the table.
func httpServing() interp.Module {
	return absent("http", "serve", "files", "session", "websocket", "unescape", "parse_url", "join_url")
}

// escaped is s as a part of a URL.
func escaped(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// query is a table of names and values as a query; a value that is a list repeats its name.
func query(v interp.Value) (string, error) {
	t, ok := v.Table()
	if !ok && !v.IsNil() {
		return "", fmt.Errorf("a table of names and values expected, got %s", v.Type())
	}
	if !ok {
		return "", nil
	}
	var parts []string
	add := func(name string, v interp.Value) error {
		switch v.Type() {
		case "string", "number", "boolean":
			parts = append(parts, escaped(name)+"="+escaped(v.String()))
			return nil
		}
		return fmt.Errorf("'%.40s': string, number, boolean or a list of these expected, got %s", name, v.Type())
	}
	for name, v := range t.Fields() {
		list, isList := v.Table()
		if !isList {
			if err := add(name.String(), v); err != nil {
				return "", err
			}
			continue
		}
		for i := 1; i <= list.Len(); i++ {
			if err := add(name.String(), list.Index(i)); err != nil {
				return "", err
			}
		}
	}
	return strings.Join(parts, "&"), nil
}

// response is what a request returns.
type response struct {
	status  int
	url     string
	headers interp.Value
	body    string
}

// Contents implements interp.Container.
func (r *response) Contents(yield func(interp.Value)) { yield(r.headers) }

func (r *response) field(name string) any {
	switch name {
	case "status":
		return r.status
	case "ok":
		return r.status < 400
	case "url":
		return r.url
	case "headers":
		return r.headers
	case "body":
		return r.body
	case "attempts":
		return 1
	}
	return nil
}

// json is response:json(options).
func (r *response) json(c *interp.Call) error {
	table, _ := c.Module("json")
	body, err := c.Value(r.body)
	if err != nil {
		return err
	}
	vals, err := c.Call(table.Field("decode"), append([]interp.Value{body}, c.Rest(2)...)...)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// fetch makes a request: its URL is argument i, its options the one behind that.
func fetch(c *interp.Call, op, method string, i int) error {
	address, err := c.Text(i)
	if err != nil {
		return err
	}
	var headers, queries, data, form, body, check, user interp.Value
	var bearer string
	timeout := 60.0
	err = c.Options(i+1, map[string]any{
		"headers": &headers, "query": &queries, "json": &data, "form": &form, "body": &body, "check": &check, "auth": &user, "bearer": &bearer, "timeout": &timeout,
	})
	if err != nil {
		return err
	}
	bad := func(format string, args ...any) error { return c.ArgError(i+1, fmt.Sprintf(format, args...)) }
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return c.ArgError(i, "an absolute URL expected, such as https://example.org/")
	}
	more, err := query(queries)
	if err != nil {
		return bad("'query': %v", err)
	}
	if more != "" {
		u.RawQuery = strings.Trim(u.RawQuery+"&"+more, "&")
	}
	send := map[string]any{}
	var content any
	switch {
	case !data.IsNil():
		table, _ := c.Module("json")
		vals, err := c.Call(table.Field("encode"), data)
		if err != nil {
			return err
		}
		send["Content-Type"], content = "application/json", vals.Get(1).String()
	case !form.IsNil():
		text, err := query(form)
		if err != nil {
			return bad("'form': %v", err)
		}
		send["Content-Type"], content = "application/x-www-form-urlencoded", text
	case !body.IsNil():
		text, ok := body.Text()
		if !ok {
			return bad("'body': the playground sends strings alone, got %s", body.Type())
		}
		content = text
	}
	if bearer != "" {
		send["Authorization"] = "Bearer " + bearer
	}
	if pair, ok := user.Table(); ok {
		send["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(pair.Index(1).String()+":"+pair.Index(2).String()))
	}
	if t, ok := headers.Table(); ok {
		for name, v := range t.Fields() {
			send[name.String()] = v.String()
		}
	}
	var status int
	var at, text string
	got := map[string]string{}
	err = c.Block(func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, interp.Seconds(timeout))
		defer cancel()
		var err error
		if status, at, text, err = request(ctx, method, u.String(), send, content, got); err != nil && errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			return interp.Errorf(interp.KindTimeout, "%s: %s: no answer within %g s", op, address, timeout)
		} else if err != nil {
			return interp.Errorf(interp.KindIO, "%s: %s: %v", op, address, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t := c.NewTable(len(got))
	for name, v := range got {
		val, err := c.Value(v)
		if err != nil {
			return err
		}
		t.SetField(name, val)
	}
	if !fine(status, check) {
		return interp.Errorf("status", "%s: %s: status %d", op, address, status).With("status", status).With("method", method).With("url", at).With("headers", t.Value()).With("body", text[:min(len(text), 64<<10)])
	}
	return c.Return(&response{status: status, url: at, headers: t.Value(), body: text})
}

// fine reports whether a status is one that the option check takes.
func fine(status int, check interp.Value) bool {
	if list, ok := check.Table(); ok {
		for i := 1; i <= list.Len(); i++ {
			if n, ok := list.Index(i).Int(); ok && n == status {
				return true
			}
		}
		return false
	}
	return status < 400 || !check.IsNil() && !check.Truth()
}

// request is off the loop.
func request(ctx context.Context, method, address string, headers map[string]any, body any, got map[string]string) (status int, at, text string, err error) {
	abort := js.Global().Get("AbortController").New()
	stop := context.AfterFunc(ctx, func() { abort.Call("abort") })
	defer stop()
	options := map[string]any{"method": method, "headers": headers, "credentials": "omit", "signal": abort.Get("signal")}
	if body != nil {
		options["body"] = bytes([]byte(body.(string)))
	}
	res, err := await(js.Global().Call("fetch", address, options))
	if err != nil {
		return 0, "", "", fmt.Errorf("%w: the server is not there, or does not allow pages of other origins to ask it", err)
	}
	status, at = res.Get("status").Int(), res.Get("url").String()
	each := js.FuncOf(func(_ js.Value, args []js.Value) any {
		got[args[1].String()] = args[0].String()
		return nil
	})
	defer each.Release()
	res.Get("headers").Call("forEach", each)
	stream := res.Get("body")
	if stream.IsNull() {
		return status, at, "", nil
	}
	var b []byte
	for reader := stream.Call("getReader"); ; {
		piece, err := await(reader.Call("read"))
		if err != nil {
			return 0, "", "", err
		}
		if piece.Get("done").Bool() {
			return status, at, string(b), nil
		}
		chunk := piece.Get("value")
		n := len(b)
		if n+chunk.Length() > maxBody {
			abort.Call("abort")
			return 0, "", "", fmt.Errorf("the body has more than %d bytes", maxBody)
		}
		b = append(b, make([]byte, chunk.Length())...)
		js.CopyBytesToGo(b[n:], chunk)
	}
}

// await is what a promise comes to.
func await(promise js.Value) (v js.Value, err error) {
	done := make(chan struct{})
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		v = args[0]
		close(done)
		return nil
	})
	defer then.Release()
	failed := js.FuncOf(func(_ js.Value, args []js.Value) any {
		err = errors.New(args[0].Get("message").String())
		close(done)
		return nil
	})
	defer failed.Release()
	promise.Call("then", then, failed)
	<-done
	return v, err
}
