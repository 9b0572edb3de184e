package main

func (s *site) reference() error { return nil }
