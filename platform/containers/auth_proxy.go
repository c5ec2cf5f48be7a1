package containers

import (
	"slices"
	"strings"
)

// proxyEnv is the environment that config.json's "proxies" give to new
// containers, as "NAME=value", sorted. What the launch itself sets comes first;
// leave those names out.
func (e *Engine) proxyEnv() []string {
	config, err := loadConfig(e.opts)
	if err != nil {
		return nil
	}
	var env []string
	for name, value := range config.ParseProxyConfig(e.api.DaemonHost(), nil) {
		if value != nil {
			env = append(env, name+"="+*value)
		}
	}
	slices.SortFunc(env, strings.Compare)
	return env
}
