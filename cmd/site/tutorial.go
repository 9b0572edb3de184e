package main

import (
	"errors"
	"fmt"
	"html/template"
	"path/filepath"
	"regexp"
	"strings"
)

// header are the comments that a script begins with.
var header = regexp.MustCompile(`^(?:--[^\n]*\n)+`)

// script is one of the tutorial's or an example, taken apart.
type script struct {
	Name   string
	Source string // the whole
	Doc    string // its header, as Markdown
	Code   string // without the header
	Clock  string // "virtual", or "real" if it computes against a deadline
	Prints string
}

// scriptOf reads a script of the folder scripts and its golden output.
func (s *site) scriptOf(name string) (script, error) {
	source, err := s.read("scripts/" + name + ".lua")
	prints, err2 := s.read("scripts/" + name + ".out")
	head := header.FindString(source)
	sc := script{Name: filepath.Base(name), Source: source, Code: strings.TrimLeft(strings.TrimPrefix(source, head), "\n"), Clock: "virtual", Prints: prints}
	skip := false // the Python stands beside it
	for line := range strings.Lines(head) {
		line = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "--"), " ")
		switch {
		case line == "real time":
			sc.Clock = "real"
		case line == "unix":
		case line == "asyncio:":
			skip = true
		case skip && (line == "" || strings.HasPrefix(line, " ")):
		case strings.HasPrefix(line, "  "): // what to type
			sc.Doc += "  " + line + "\n"
		default:
			skip = false
			sc.Doc += line + "\n"
		}
	}
	return sc, errors.Join(err, err2)
}

// lessons are the scripts of the tutorial, from the simple to the rare.
var lessons = []struct{ name, title string }{
	{"display_date", "Waiting"}, {"factorial", "Several at once"}, {"tasks", "Tasks"}, {"keywords", "No await needed"}, {"timeout", "A time limit"},
	{"computing", "A time limit on a loop that never waits"}, {"cancelled_member", "Cancelling one of several"}, {"shield", "Work that must not be cut"},
	{"files", "Files and devices"}, {"stop", "Ending the run"},
}

// tutorial makes its page: each script, with the asyncio program that it stands for beside it.
func (s *site) tutorial() error {
	p := &page{File: "tutorial.html", Title: "Tutorial", Section: sectionLearn, Top: "tutorial", About: "Lull beside the asyncio programs that it stands for, one idea at a time."}
	s.pages = append(s.pages, p)
	found, err := filepath.Glob(filepath.Join(s.root, "scripts", "tutorial", "*.lua"))
	if err != nil || len(found) != len(lessons) {
		return fmt.Errorf("scripts/tutorial has %d scripts, tutorial.go knows %d: %w", len(found), len(lessons), err)
	}
	var b strings.Builder
	b.WriteString(`<p>In Lull whatever waits lets everything else run. There is no <code>await</code> to forget and no function that only some may call: a plain
function waits as it is. Each step below is a whole script, beside the asyncio program that it stands for, and what the script prints. Tests run both.</p>`)
	for _, l := range lessons {
		sc, err := s.scriptOf("tutorial/" + l.name)
		if err != nil {
			return err
		}
		python, err := s.read("scripts/tutorial/" + l.name + ".py")
		if err != nil {
			return err
		}
		var about page
		if err := s.markdown(&about, sc.Doc, "scripts/tutorial/"+l.name+".lua"); err != nil {
			return err
		}
		p.Contents = append(p.Contents, heading{ID: l.name, Text: l.title, Level: 2, Plain: about.Plain})
		fmt.Fprintf(&b, `<h2 id="%s">%s<a class="anchor" href="#%s" aria-label="Link to %s">#</a></h2>%s`, l.name, l.title, l.name, l.title, about.Body)
		b.WriteString(`<div class="beside"><div><p class="label">asyncio</p>` + sample(python, "python", "") + "</div>")
		b.WriteString(`<div><p class="label">Lull</p>` + sample(sc.Code, "lua", sc.Clock) + "</div></div>")
		b.WriteString(`<p class="label">It prints</p>` + sample(sc.Prints, "", ""))
		if s.engine() != "" && !elsewhere.MatchString(sc.Code) {
			fmt.Fprintf(&b, `<p class="more"><a href="play.html#tutorial/%s">Open %s in the playground</a></p>`, l.name, l.name)
		}
	}
	p.Body = template.HTML(b.String())
	return nil
}

// engine is the script of the playground that runs samples where they stand; none if it is empty.
func (s *site) engine() string {
	const name = "lull.js"
	if _, err := files.Open("static/" + name); err != nil {
		return ""
	}
	return name
}
