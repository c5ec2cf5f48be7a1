package containers

import (
	"os"
	"path/filepath"
	"strings"
)

// KnownPlaces lists where this system's engines put their sockets or pipes,
// whether they are there or not.
func KnownPlaces(o Options) []Endpoint {
	o = o.withDefaults()
	var list []Endpoint
	add := func(name, host string) {
		list = append(list, Endpoint{ID: host, Name: name, Host: host, Origin: OriginProbed})
	}
	systemPlaces(o, add)
	return list
}

// addColima adds one socket for each of colima's profiles, which lie below the
// home folder or, on newer installations, below the XDG one.
func addColima(o Options, add func(name, host string)) {
	roots := []string{filepath.Join(o.Home, ".colima")}
	if dir := o.Getenv("COLIMA_HOME"); dir != "" {
		roots = append(roots, dir)
	}
	if dir := o.Getenv("XDG_CONFIG_HOME"); dir != "" {
		roots = append(roots, filepath.Join(dir, "colima"))
	}
	roots = append(roots, filepath.Join(o.Home, ".config", "colima"))
	for _, root := range roots {
		profiles, err := os.ReadDir(root)
		if err != nil {
			continue
		}
		for _, p := range profiles {
			// _lima, _store and the like are not profiles.
			if !p.IsDir() || strings.HasPrefix(p.Name(), "_") || strings.HasPrefix(p.Name(), ".") {
				continue
			}
			name := "colima"
			if p.Name() != "default" {
				name += " " + printable(p.Name(), 60)
			}
			add(name, "unix://"+filepath.Join(root, p.Name(), "docker.sock"))
		}
	}
}

// inHome adds a socket below the home folder.
func inHome(o Options, add func(name, host string), name string, parts ...string) {
	if o.Home == "" {
		return
	}
	add(name, "unix://"+filepath.Join(append([]string{o.Home}, parts...)...))
}

// socketExists is true for a socket file, and for a path that we may not look
// at: asking it then says "permission denied", which helps more than silence.
func socketExists(host string) bool {
	path, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		return false
	}
	info, err := os.Stat(path)
	if err != nil {
		return os.IsPermission(err)
	}
	return info.Mode()&os.ModeSocket != 0
}
