// Package settings keeps a person's choices in one file, read by the window and
// by the verbs.
package settings

import (
	"encoding/json"
	"maps"
	"slices"
)

// Settings is everything a person chose and everything the window remembers.
// Secrets never stand here.
type Settings struct {
	// Language is "system", "en" or "zh_Hans".
	Language string `json:"language"`
	// Theme is "system", "light" or "dark".
	Theme string `json:"theme"`
	// TextScale multiplies every size; 0.8 to 2.
	TextScale float32 `json:"text_scale"`
	// CloseToTray keeps the program in the tray when its window is closed.
	CloseToTray bool `json:"close_to_tray"`
	// Autostart is what the person asked for; the system's own entry decides.
	Autostart bool `json:"autostart"`
	// WindowWidth and WindowHeight are the window's last size, 0 for none.
	WindowWidth  float32 `json:"window_width"`
	WindowHeight float32 `json:"window_height"`
	// LastTab is the ID of the tab that was in front.
	LastTab string `json:"last_tab"`
	// Engine is the ID of the chosen engine endpoint, empty for the Docker CLI's choice.
	Engine string `json:"engine"`
	// RecentImages are the images last debugged, newest first.
	RecentImages []string `json:"recent_images"`
	// Splits are the positions of split panes by name, 0 to 1.
	Splits map[string]float64 `json:"splits"`
	// TerminalFontSize is 0 for the theme's.
	TerminalFontSize float32 `json:"terminal_font_size"`
	// Panel holds what a panel keeps for itself, by panel ID.
	Panel map[string]json.RawMessage `json:"panel"`
}

// The bounds of what a settings file can say.
const (
	// MinTextScale and MaxTextScale bound TextScale.
	MinTextScale = 0.8
	MaxTextScale = 2.0
	// MaxRecentImages is how many images are remembered.
	MaxRecentImages = 5
	// version is written into the file; a file with a higher one comes from a
	// newer Tacklebox.
	version = 1
	// maxSize bounds what is read: a larger file is no settings file.
	maxSize = 1 << 20
	// maxText bounds each text read from the file.
	maxText = 4096
)

// Default is what holds before anybody chose anything.
func Default() Settings {
	return Settings{
		Language:    "system",
		Theme:       "system",
		TextScale:   1,
		CloseToTray: true,
	}
}

// AddRecentImage puts image first in the list of recent images.
func (s *Settings) AddRecentImage(image string) {
	if image == "" || len(image) > maxText {
		return
	}
	list := slices.DeleteFunc(slices.Clone(s.RecentImages), func(i string) bool { return i == image })
	list = slices.Insert(list, 0, image)
	s.RecentImages = list[:min(len(list), MaxRecentImages)]
}

// clone copies s so that no map or list is shared.
func (s Settings) clone() Settings {
	s.RecentImages = slices.Clone(s.RecentImages)
	s.Splits = maps.Clone(s.Splits)
	panels := maps.Clone(s.Panel)
	for id, raw := range panels {
		panels[id] = slices.Clone(raw)
	}
	s.Panel = panels
	return s
}

// sane replaces every value that cannot be meant, so that a file edited by hand
// never breaks the window.
func (s Settings) sane() Settings {
	d := Default()
	if !slices.Contains([]string{"system", "en", "zh_Hans"}, s.Language) {
		s.Language = d.Language
	}
	if !slices.Contains([]string{"system", "light", "dark"}, s.Theme) {
		s.Theme = d.Theme
	}
	if s.TextScale == 0 {
		s.TextScale = d.TextScale
	}
	s.TextScale = min(max(s.TextScale, MinTextScale), MaxTextScale)
	if s.WindowWidth < 0 || s.WindowWidth > 1<<15 || s.WindowHeight < 0 || s.WindowHeight > 1<<15 {
		s.WindowWidth, s.WindowHeight = 0, 0
	}
	if s.TerminalFontSize != 0 {
		s.TerminalFontSize = min(max(s.TerminalFontSize, 6), 72)
	}
	if len(s.LastTab) > maxText {
		s.LastTab = ""
	}
	if len(s.Engine) > maxText {
		s.Engine = ""
	}
	s.RecentImages = slices.DeleteFunc(slices.Clone(s.RecentImages), func(i string) bool {
		return i == "" || len(i) > maxText
	})
	s.RecentImages = s.RecentImages[:min(len(s.RecentImages), MaxRecentImages)]
	s.Splits = maps.Clone(s.Splits)
	maps.DeleteFunc(s.Splits, func(_ string, at float64) bool { return !(at >= 0 && at <= 1) })
	if s.Splits == nil {
		s.Splits = map[string]float64{}
	}
	if s.Panel == nil {
		s.Panel = map[string]json.RawMessage{}
	}
	return s
}
