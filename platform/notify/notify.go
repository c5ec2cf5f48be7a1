// Package notify shows a desktop notification. Its text may come from anywhere
// (a container's name, a server's answer), so no system's way of showing it ever
// evaluates it; Fyne's own way does on Windows.
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrNone is returned where nothing shows notifications.
var ErrNone = errors.New("this desktop shows no notifications")

// The bounds of a notification.
const (
	maxTitle = 200
	maxText  = 1000
	timeout  = 5 * time.Second
)

// Notification is what is shown.
type Notification struct {
	// AppID is the reverse-DNS name of the program, which is its desktop entry's too.
	AppID string
	// Title is one line, Text a few.
	Title, Text string
}

// Send shows n. It waits for the desktop to take it, five seconds at most, so it
// is not called on Fyne's goroutine.
func Send(ctx context.Context, n Notification) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	n.Title = clean(n.Title, maxTitle, false)
	n.Text = clean(n.Text, maxText, true)
	if err := send(ctx, n); err != nil {
		return fmt.Errorf("show notification %q: %w", n.Title, err)
	}
	return nil
}

// clean bounds s and takes out what no text has: control characters (line feeds
// stay where lines are shown), direction overrides, broken UTF-8.
func clean(s string, limit int, lines bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}
