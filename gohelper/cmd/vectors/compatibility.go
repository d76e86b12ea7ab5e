package main

import "errors"

func compatibilityNames() []string { return nil }

func runCompatibility(name string) (any, error) { return nil, errors.New("no such case") }
