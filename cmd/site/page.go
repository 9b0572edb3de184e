package main

import (
	"bytes"
	"html/template"
	"slices"
)

// page is one page of the site. All are in one folder, so that every link is a name.
type page struct {
	File     string // "tutorial.html"
	Title    string
	Section  string // the heading in the navigation that it stands below; none if empty: it is reached otherwise
	Short    string // what the navigation calls it; the title if empty
	Top      string // the link at the top of every page that it is below: "tutorial", "examples" or "reference"
	About    string // one sentence, for lists and for what finds pages
	Template string // which of pages/*.html it is; doc.html if empty
	Body     template.HTML
	Plain    string    // what stands above the first heading, for the search
	Contents []heading // on this page
	Data     any       // what a template of its own wants
}

// heading is a place in a page.
type heading struct {
	ID, Text string
	Level    int    // 2 or 3
	Plain    string // what stands below it, for the search
}

// group are the pages of a section, as the navigation shows them.
type group struct {
	Title string
	Pages []*page
}

// view is what a template gets.
type view struct {
	*page
	Groups         []group
	Previous, Next *page
	Engine         string // the script that runs samples; none if empty
}

// Name is what the navigation calls the page.
func (p *page) Name() string {
	if p.Short != "" {
		return p.Short
	}
	return p.Title
}

// groups are the pages of the navigation, by section.
func (s *site) groups() (groups []group) {
	for _, title := range sections {
		g := group{Title: title}
		for _, p := range s.pages {
			if p.Section == title {
				g.Pages = append(g.Pages, p)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// render writes the pages.
func (s *site) render() error {
	templates, err := template.ParseFS(files, "pages/*.html")
	if err != nil {
		return err
	}
	groups := s.groups()
	var order []*page // as a reader goes through them
	for _, g := range groups {
		order = append(order, g.Pages...)
	}
	for _, p := range s.pages {
		v := view{page: p, Groups: groups, Engine: s.engine()}
		if i := slices.Index(order, p); i >= 0 {
			if i > 0 {
				v.Previous = order[i-1]
			}
			if i+1 < len(order) {
				v.Next = order[i+1]
			}
		}
		name := p.Template
		if name == "" {
			name = "doc.html"
		}
		var out bytes.Buffer
		if err := templates.ExecuteTemplate(&out, name, v); err != nil {
			return err
		}
		if err := s.write(p.File, out.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
