// Package settings keeps a person's choices in one file, read by the window and
// by the verbs.
package settings

// Store is the open settings file.
type Store struct{}
