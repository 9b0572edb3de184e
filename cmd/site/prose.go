package main

import (
	"errors"
	"strings"
)

// The sections of the navigation, in their order.
const (
	sectionStart    = "Start"
	sectionLearn    = "Learn"
	sectionFrom     = "Coming from"
	sectionGo       = "Embedding"
	sectionFacts    = "The fine print"
	sectionBuiltins = "Builtins"
)

var sections = []string{sectionStart, sectionLearn, sectionFrom, sectionGo, sectionFacts, sectionBuiltins}

// prosePage is a page that is written by hand, in Markdown: in the folder pages, or elsewhere in the repository.
type prosePage struct {
	file, from            string // "asyncio.html", "scripts/tutorial/testing.md"; pages/asyncio.md if from is empty
	section, short, about string
}

// source is the path of the page's text in the repository.
func (p prosePage) source() string {
	if p.from != "" {
		return p.from
	}
	return "cmd/site/pages/" + strings.TrimSuffix(p.file, ".html") + ".md"
}

var prosePages = []prosePage{
	{"install.html", "", sectionStart, "", "How to have Lull on Linux, macOS and Windows."},
	{"tour.html", "", sectionStart, "", "Three jobs and a server, in a few lines each."},
	{"command.html", "", sectionLearn, "", "Files, flags, exit statuses, signals, and what lull check, doc, init and stubs do."},
	{"repl.html", "", sectionLearn, "", "Lull on a terminal: expressions, and tasks that go on while the prompt waits."},
	{"testing.html", "scripts/tutorial/testing.md", sectionLearn, "", "lull test: virtual time, fakes for services and programs, chaos, cancellation at every wait."},
	{"watching.html", "", sectionLearn, "", "Traces, progress bars, ps and top for scripts, job logs, profiles."},
	{"grows.html", "", sectionLearn, "", "From a loop to all cores, and to a job that survives its machine."},
	{"asyncio.html", "", sectionFrom, "asyncio", "What asyncio's names are called in Lull, and what is not the same."},
	{"shell.html", "", sectionFrom, "the shell", "Pipelines, xargs -P, timeout, trap and retries, without quoting."},
	{"deno.html", "", sectionFrom, "Deno and zx", "Promise.all, AbortSignal and $ in Lull."},
	{"lune.html", "", sectionFrom, "Lune", "What Lune's tables are called in Lull."},
	{"embedding.html", "", sectionGo, "", "Lull in a Go program, shown by programs that are run as tests."},
	{"untrusted.html", "", sectionGo, "", "Limits and grants for scripts that one does not trust; what holds, and what does not."},
	{"figures.html", "", sectionFacts, "", "What waiting and computing cost, beside raw Go and asyncio."},
	{"limits.html", "", sectionFacts, "", "What Lull does not do."},
	{"differences.html", "", sectionFacts, "", "Where Lull is not Lua 5.1."},
}

// prose makes the pages that are written by hand.
func (s *site) prose() error {
	for _, from := range prosePages {
		text, err := s.read(from.source())
		p := &page{File: from.file, Section: from.section, Short: from.short, About: from.about}
		if err := errors.Join(err, s.markdown(p, text, from.source())); err != nil {
			return err
		}
		s.pages = append(s.pages, p)
	}
	return nil
}
