package main

import (
	"encoding/json"
	"strings"
)

// found is one thing that the search knows, with short names: there are a thousand of them.
type found struct {
	Title string `json:"t"`
	URL   string `json:"u"`
	Page  string `json:"p,omitempty"` // the page that it is a part of
	Text  string `json:"d,omitempty"`
}

// search writes the index of the search: a script, since a page that was opened from a disk may load nothing else.
func (s *site) search() error {
	var index []found
	for _, p := range s.pages {
		index = append(index, found{p.Title, p.File, "", strings.TrimSpace(p.About + " " + p.Plain)})
		for _, h := range p.Contents {
			if h.Plain != "" || p.Top != "examples" {
				index = append(index, found{h.Text, p.File + "#" + h.ID, p.Title, strings.Join(strings.Fields(h.Plain), " ")})
			}
		}
	}
	text, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return s.write("search-index.js", []byte("globalThis.lullIndex = "+string(text)+";\n"))
}
