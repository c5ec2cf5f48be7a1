package alert

import (
	"encoding/json"

	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/said"
)

// Bounds of what is saved.
const (
	MaxSaved    = 16 << 20 // bytes
	MaxRules    = 2000
	MaxChannels = 500
	savedNow    = 1
)

// ErrNewer is what a newer version of this program saved.
var ErrNewer = said.New("a newer version saved these alerts: use that one")

// Saved is what is kept of alerts among the settings: all but the secrets.
type Saved struct {
	Version  int               `json:"version"`
	Rules    []Rule            `json:"rules"`
	Channels []channel.Channel `json:"channels"`
	Standing []Standing        `json:"standing,omitempty"`
}

// Encode is s as it is saved. A channel whose secret has no name yet is an error:
// its address would be lost.
func (s Saved) Encode() ([]byte, error) {
	for i := range s.Channels {
		c := &s.Channels[i]
		if c.URL != "" && c.SecretRef == "" || c.SignKey != "" && c.SignRef == "" {
			return nil, said.New("save alerts: channel %q has a secret without a place: keep it in the keychain first", c.Name)
		}
	}
	s.Version = savedNow
	b, err := json.Marshal(s)
	if err == nil && len(b) > MaxSaved {
		err = said.New("they are larger than %d bytes: delete some", MaxSaved)
	}
	if err != nil {
		return nil, said.New("save alerts: %v", err)
	}
	return b, nil
}

// Decode reads what Encode wrote; nothing at all is no alerts. Rules are not
// validated here: a broken one is shown, and Engine.Problems says why.
func Decode(data []byte) (Saved, error) {
	s := Saved{Version: savedNow}
	if len(data) == 0 {
		return s, nil
	}
	if len(data) > MaxSaved {
		return Saved{}, said.New("read alerts: %d bytes are no alerts that were saved here", len(data))
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return Saved{}, said.New("read alerts: %v", err)
	}
	switch {
	case s.Version > savedNow:
		return Saved{}, said.New("read alerts: %v", ErrNewer)
	case len(s.Rules) > MaxRules || len(s.Channels) > MaxChannels:
		return Saved{}, said.New("read alerts: more than %d rules or %d channels", MaxRules, MaxChannels)
	}
	return s, nil
}
