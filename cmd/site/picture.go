package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/trace"
)

// pictured is the name that the README's first script has in its picture.
const pictured = "backups.lua"

var luaBlock = regexp.MustCompile("(?s)```lua\n(.*?)```")

// picture runs the README's first script, which runs ssh on hosts, and draws what its tasks did: for a light page, and for a dark one. The
// script is the README's as it stands, but its hosts are made up, and its time is virtual.
func (s *site) picture() (light, dark, prints string, err error) {
	readme, err := s.read("README.md")
	if err != nil {
		return "", "", "", err
	}
	code := luaBlock.FindStringSubmatch(readme)
	if code == nil {
		return "", "", "", errors.New("README.md shows no script")
	}
	var recorded bytes.Buffer
	rec, err := trace.NewRecorder(&recorded, trace.Header{Script: pictured, Virtual: true})
	if err != nil {
		return "", "", "", err
	}
	var out strings.Builder
	rt, err := interp.New(builtins.Std(), interp.WithFunc("process.read", (&hosts{tries: map[string]int{}}).ssh), interp.WithVirtualTime(),
		interp.WithStdio(nil, &out, nil), interp.WithTracer(rec))
	if err != nil {
		return "", "", "", err
	}
	_, err = rt.RunString(context.Background(), "@"+pictured, code[1])
	if err := errors.Join(err, rt.Close(), rec.Close()); err != nil {
		return "", "", "", fmt.Errorf("the README's first script: %w", err)
	}
	t, err := trace.Read(&recorded)
	if err != nil {
		return "", "", "", err
	}
	var svg strings.Builder
	err = t.SVG(&svg)
	light, dark = schemes(svg.String())
	return light, dark, out.String(), err
}

// hosts are those of the README's first script: beta hangs at first, delta cannot be reached.
type hosts struct{ tries map[string]int }

// ssh takes the place of process.read.
func (h *hosts) ssh(c *interp.Call) error {
	command, err := c.List(1, nil)
	if err != nil {
		return err
	}
	host := command[1].String()
	h.tries[host]++
	seconds := map[string]time.Duration{"alpha": 25, "beta": 20, "gamma": 30, "delta": 10, "epsilon": 40, "zeta": 25}[host]
	if host == "beta" && h.tries[host] == 1 {
		seconds = 3600
	}
	return c.SleepReturn(seconds*time.Second, func(c *interp.Call, _ any) error {
		if host == "delta" {
			return errors.New("no route to host")
		}
		return c.Return("saved")
	})
}

var darkColours = regexp.MustCompile(`\n@media\(prefers-color-scheme:dark\)\{(.*)\}</style>`)

// schemes are the two pictures that one which is light or dark by itself is made of: a page that has a button for it says which it wants.
func schemes(svg string) (light, dark string) {
	return darkColours.ReplaceAllString(svg, "</style>"), darkColours.ReplaceAllString(svg, "\n$1</style>")
}

// pictures writes both into the site.
func (s *site) pictures() error {
	light, dark, _, err := s.picture()
	return errors.Join(err, s.write("backups-light.svg", []byte(light)), s.write("backups-dark.svg", []byte(dark)))
}
