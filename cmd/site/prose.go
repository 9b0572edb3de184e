package main

func (s *site) prose() error { return nil }
