// Package house keeps the rules of the house: which room may know which, that
// every text a person reads is translated, and how code and tests are written.
// It holds tests only; CONTRIBUTING.md says the rules in words.
package house
