package main

func (s *site) search() error { return nil }
