package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/smokeping"
)

// SecretRef is the name under which a channel's address is kept apart.
func SecretRef(channelID string) string { return "latency-channel-" + channelID }

// alerts makes rules of SmokePing's alerts, and channels that do nothing of its
// receivers. One of the same ID that is there already stays as it is.
func (in *Account) alerts(ctx context.Context, p Place, c *smokeping.Config, o *Options) error {
	made := alert.FromSmokePing(c, func(t *smokeping.Target) (latency.TargetID, bool) {
		id, ok := in.ids[t.Path]
		return id, ok
	})
	var config service.AlertConfig
	if p != nil {
		var err error
		if config, err = p.Alerts(ctx); err != nil {
			return err
		}
	}
	fresh := in.merge(&config, made)
	for _, r := range c.Receivers {
		in.Tells = append(in.Tells, ReceiverRow{Kind: r.Kind, Verbatim: plain(r.Verbatim), Of: plain(r.Of), At: plain(r.Pos.String())})
	}
	if o.DryRun || len(made.Rules)+len(made.Channels) == 0 {
		return nil
	}
	if o.KeepSecret != nil {
		for i := range config.Channels {
			ch := &config.Channels[i]
			if !fresh[ch.ID] || ch.URL == "" {
				continue
			}
			ref := SecretRef(ch.ID)
			if err := o.KeepSecret(ctx, ref, ch.URL); errors.Is(err, ErrNotKept) {
				ch.URL = ""
				in.Unkept = append(in.Unkept, plain(ch.Imported))
				continue
			} else if err != nil {
				return said.New("keep the address of channel %q apart: %v", ch.Name, err)
			}
			ch.URL, ch.SecretRef = "", ref
		}
	}
	return p.SetAlerts(ctx, config)
}

// merge puts rules and channels beside those that are there, and says which
// channels are new. The same one is there already; another one of the same ID gets
// an ID of its own, since two configurations may both have an alert "someloss".
func (in *Account) merge(config *service.AlertConfig, made alert.Imported) map[string]bool {
	fresh := map[string]bool{}
	channels := map[string]channel.Channel{}
	for _, ch := range config.Channels {
		channels[ch.ID] = ch
	}
	renamed := map[string]string{}
	for _, ch := range made.Channels {
		ch.Enabled = false // whatever happens elsewhere, a person enables it
		id := free(ch.ID, func(id string) bool {
			old, taken := channels[id]
			return taken && (old.Kind != ch.Kind || old.Imported != ch.Imported || old.Mark != ch.Mark)
		})
		renamed[ch.ID], ch.ID = id, id
		old, there := channels[id]
		switch {
		case !there:
			channels[id] = ch
			fresh[id] = true
			config.Channels = append(config.Channels, ch)
		case ch.URL != "" && old.URL == "" && old.SecretRef == "":
			// Its address could not be kept the last time.
			fresh[id] = true
			for i := range config.Channels {
				if config.Channels[i].ID == id {
					config.Channels[i].URL = ch.URL
				}
			}
		}
	}
	rules := map[string]alert.Rule{}
	for _, r := range config.Rules {
		rules[r.ID] = r
	}
	for _, r := range made.Rules {
		for i, id := range r.Channels {
			r.Channels[i] = renamed[id]
		}
		r.ID = free(r.ID, func(id string) bool {
			old, taken := rules[id]
			return taken && (old.Imported != r.Imported || old.Step != r.Step || !slices.Equal(old.Scope.Targets, r.Scope.Targets))
		})
		_, there := rules[r.ID]
		in.Rules = append(in.Rules, RuleRow{Name: plain(r.Name), Text: plain(r.Imported), Enabled: r.Enabled, Targets: len(r.Scope.Targets),
			Problem: plain(r.Problem), There: there, Why: r.Validate()})
		if !there {
			rules[r.ID] = r
			config.Rules = append(config.Rules, r)
		}
	}
	return fresh
}

// free is the ID, or one like it that is not taken by something else.
func free(id string, taken func(string) bool) string {
	for n, try := 2, id; ; n++ {
		if !taken(try) {
			return try
		}
		try = fmt.Sprintf("%s-%d", id, n)
	}
}
