package http_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// With log = true each request has one line, which says what it was answered.
func TestTheLog(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"f.txt": "0123456789", "large": strings.Repeat("x", 100_000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, `
		local s = http.serve(0, {
			["GET /text"] = function() return "hello" end,
			["GET /nothing"] = function() end,
			["GET /made"] = function() return 201, "x" end,
			["GET /raised"] = function() error { status = 409, message = "taken" } end,
			["GET /error"] = function() error("secret", 0) end,
			["GET /slow"] = function() sleep(0.02) return "slow" end,
			["GET /stream"] = function() local n = 0 return 202, function() n = n + 1 if n < 3 then return "x" end end end,
			["GET /events"] = function(req) req:events(function(send) send("x") end) end,
			["GET /ws"] = function(req) req:websocket():get() end,
			["POST /json"] = function(req) return req:json() end,
			["GET /f/{path...}"] = http.files(".", { list = true }),
		}, { log = true })
		ready(s.url)`, interp.WithDir(dir))
	late := serve(t, `ready(http.serve(0, function() sleep(60) end, { log = true, timeout = 0.2 }).url)`)
	logs := func(s *serving, do, status string, headers ...string) {
		t.Helper()
		before := len(s.lines())
		method, path, _ := strings.Cut(do, " ")
		if got := s.do(method, path, "", headers...); !strings.HasPrefix(got, status) {
			t.Errorf("%s %v: %s", do, headers, got)
		}
		line := s.line(before)
		want := regexp.MustCompile(`INFO ` + regexp.QuoteMeta(do) + ` status=` + status + ` took=(\S+) remote=127\.0\.0\.1:\d+`)
		m := want.FindStringSubmatch(strings.ReplaceAll(line, `"`, ""))
		if m == nil {
			t.Errorf("%s %v: the log has %q, want %s", do, headers, line, want)
		} else if took, err := strconv.ParseFloat(m[1], 64); do == "GET /slow" && (err != nil || took < 0.02 || took > 15) { // less than it would be in ms
			t.Errorf("it took %s s", m[1])
		}
	}
	logs(late, "GET /late", "503")
	for _, tt := range []struct {
		do, status string
		headers    []string
	}{
		{"GET /text?a=b", "200", nil},
		{"HEAD /text", "200", nil},
		{"GET /nothing", "204", nil},
		{"GET /made", "201", nil},
		{"GET /raised", "409", nil},
		{"GET /error", "500", nil},
		{"GET /slow", "200", nil},
		{"GET /stream", "202", nil},
		{"GET /events", "200", nil},
		{"GET /ws", "400", nil},
		{"POST /json", "400", nil},
		{"GET /f/f.txt", "200", nil},
		{"GET /f/large", "200", nil},
		{"GET /f/f.txt", "206", []string{"Range", "bytes=2-4"}},
		{"GET /f/f.txt", "416", []string{"Range", "bytes=20-"}},
		{"GET /f/f.txt", "304", []string{"If-None-Match", "*"}},
		{"GET /f/f.txt", "412", []string{"If-Match", `"x"`}},
		{"GET /f/", "200", nil}, // a list
		{"GET /f/none", "404", nil},
		{"GET /none", "404", nil},
		{"DELETE /text", "405", nil},
		{"GET /text", "421", []string{"Host", "evil.example"}},
		{"POST /json", "403", []string{"Origin", "https://evil.example"}},
	} {
		logs(s, tt.do, tt.status, tt.headers...)
	}
	// A client that has gone has its line, too.
	before := len(s.lines())
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	_, _ = bufio.NewReader(conn).ReadString('\n')
	conn.Close()
	if line := s.line(before); !strings.Contains(line, "status=101") {
		t.Errorf("a websocket: %q", line)
	}
}

// lines are those of the log.
func (s *serving) lines() (lines []string) {
	for line := range strings.Lines(s.stderr.String()) {
		if strings.Contains(line, " INFO ") {
			lines = append(lines, line)
		}
	}
	return lines
}

// line waits for the n-th of them, from 0 on.
func (s *serving) line(n int) string {
	s.t.Helper()
	for range 1000 {
		if lines := s.lines(); len(lines) > n+1 {
			s.t.Errorf("more than one line: %q", lines[n:])
		} else if len(lines) > n {
			return strings.TrimSpace(lines[n])
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Error("there is no line")
	return ""
}
