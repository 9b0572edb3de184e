package main

// playground makes the playground's page. The pages of the documentation run their samples by its static/lull.js, where that is there:
//
//	Lull.run(source, {out(text), err(text), done({status})}, {virtual: true}) returns {stop()}
func (s *site) playground() error {
	s.pages = append(s.pages, &page{File: "play.html", Title: "Playground", Template: "play.html"})
	return nil
}
