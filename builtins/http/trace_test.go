package http_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// brackets is a tracer that notes those which tasks are in.
type brackets struct{ all []string }

func (b *brackets) Spawn(*interp.Task)  {}
func (b *brackets) Switch(*interp.Task) {}
func (b *brackets) Park(*interp.Task)   {}
func (b *brackets) Wake(*interp.Task)   {}
func (b *brackets) End(*interp.Task)    {}
func (b *brackets) Exit(*interp.Task)   {}
func (b *brackets) Enter(_ *interp.Task, what string, n, of int) {
	b.all = append(b.all, fmt.Sprintf("%s %d of %d", what, n, of))
}

// A request is a bracket, one for each attempt, with its URL but not what says who one is.
func TestRequestsAreBrackets(t *testing.T) {
	b := &brackets{}
	rt := interptest.New(t, builtins.Std(), interp.WithTracer(b))
	rt.Check(`
		local s = http.serve("localhost:0", { ["GET /"] = function() return 200, "ok" end, ["GET /bad"] = function() return 503 end })
		local url = s.url:gsub("//", "//me:password@")
		http.get(url .. "/?page=2", { timeout = false })
		pcall(http.get, s.url .. "/bad", { retry = 2 })
		s:stop()`, "")
	got := regexp.MustCompile(`//[^/?]*`).ReplaceAllString(strings.Join(slices.DeleteFunc(b.all, func(s string) bool { return !strings.HasPrefix(s, "GET") }), ", "), "//host")
	if want := "GET http://host/?page=2 0 of 0, GET http://host/bad 1 of 2, GET http://host/bad 2 of 2"; got != want {
		t.Errorf("in %s\nwant %s", got, want)
	}
	if strings.Contains(fmt.Sprint(b.all), "password") {
		t.Error("a secret is told")
	}
}
