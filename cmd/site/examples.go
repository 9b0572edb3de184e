package main

func (s *site) examples() error { return nil }
