package main

func (s *site) tutorial() error { return nil }
