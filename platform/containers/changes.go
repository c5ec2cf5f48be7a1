package containers

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// Change is one path that differs from the image.
type Change struct {
	Kind string // ChangeAdded, ChangeChanged, ChangeDeleted
	Path string
}

// The kinds of a Change.
const (
	ChangeAdded   = "added"
	ChangeChanged = "changed"
	ChangeDeleted = "deleted"
)

const (
	// SessionFolder is where a session may keep files of its own inside.
	SessionFolder = "/.tacklebox"
	// maxChanges bounds how many paths are looked at.
	maxChanges = 200_000
	// maxFolderStats bounds the questions whether a changed path is a folder.
	maxFolderStats = 32
)

// Changes lists what a person changed in a container: paths that differ from the
// image, without what comes with every start (docker-init, mount points, the
// engine's own files), our folder and shell histories.
func (e *Engine) Changes(ctx context.Context, id string) ([]Change, error) {
	const op = "list changes in container"
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return nil, wrap(op, id, err)
	}
	rows, err := e.api.ContainerDiff(ctx, id)
	if err != nil {
		return nil, wrap(op, id, err)
	}
	changes := filterChanges(changesOf(rows), mountPoints(in))
	return e.withoutFolders(ctx, in.ID, changes), nil
}

func changesOf(rows []container.FilesystemChange) []Change {
	list := make([]Change, 0, min(len(rows), maxChanges))
	for _, row := range rows[:min(len(rows), maxChanges)] {
		kind := ChangeChanged
		switch row.Kind {
		case container.ChangeAdd:
			kind = ChangeAdded
		case container.ChangeDelete:
			kind = ChangeDeleted
		}
		list = append(list, Change{kind, row.Path})
	}
	return list
}

// mountPoints are the paths inside that are not the container's own files.
func mountPoints(in container.InspectResponse) []string {
	var points []string
	for _, m := range in.Mounts {
		points = append(points, path.Clean(m.Destination))
	}
	if in.ContainerJSONBase != nil && in.HostConfig != nil {
		for target := range in.HostConfig.Tmpfs {
			points = append(points, path.Clean(target))
		}
		for _, m := range in.HostConfig.Mounts {
			points = append(points, path.Clean(m.Target))
		}
	}
	return points
}

// ownPaths come with the start of every container, or are ours; all below them
// is left out too.
func ownPaths() []string {
	return []string{"/sbin/docker-init", "/usr/sbin/docker-init", "/dev", "/proc", "/sys", "/run/.containerenv", "/.dockerenv",
		"/run/podman-init", "/dev/init", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/mtab", "/run/secrets", SessionFolder}
}

// isHistory is true for files in which shells and pagers remember what was
// typed, and the folders that exist only for them.
func isHistory(name string) bool {
	switch path.Base(name) {
	case ".bash_history", ".ash_history", ".sh_history", ".zsh_history", ".zhistory", ".histfile", ".history", ".lesshst":
		return true
	}
	return strings.HasSuffix(name, "/fish/fish_history")
}

// filterChanges leaves out what is not the person's work. It is pure.
func filterChanges(all []Change, mounts []string) []Change {
	ignored := append(ownPaths(), mounts...)
	parents := map[string]bool{}     // of anything in the list
	ownParents := map[string]bool{}  // of what is left out
	keptParents := map[string]bool{} // of what stays
	mark := func(set map[string]bool, name string) {
		for dir := path.Dir(name); dir != "/" && dir != "." && !set[dir]; dir = path.Dir(dir) {
			set[dir] = true
		}
	}
	// A mount point's parents are made at the start, mentioned or not.
	for _, point := range ignored {
		mark(ownParents, point)
	}
	for _, c := range all {
		mark(parents, c.Path)
	}
	var rest []Change
	for _, c := range all {
		if leftOut(c.Path, ignored) || isHistory(c.Path) {
			mark(ownParents, c.Path)
			continue
		}
		rest = append(rest, c)
	}
	for _, c := range rest {
		if c.Kind != ChangeChanged && !ownParents[c.Path] {
			mark(keptParents, c.Path)
		}
	}
	return slices.DeleteFunc(rest, func(c Change) bool {
		switch {
		case c.Kind == ChangeChanged && (parents[c.Path] || ownParents[c.Path]):
			// A folder in which something else on the list changed.
			return true
		case c.Kind == ChangeAdded && ownParents[c.Path] && !keptParents[c.Path]:
			// A folder made only for a mount point or a history.
			return true
		}
		return false
	})
}

// leftOut is true for a path at or below one of the roots.
func leftOut(name string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return root != "/" && (name == root || strings.HasPrefix(name, root+"/"))
	})
}

// withoutFolders drops changed folders: a file that came and went again leaves
// only its folder's time.
func (e *Engine) withoutFolders(ctx context.Context, id string, changes []Change) []Change {
	view := e.view(id)
	asked := 0
	return slices.DeleteFunc(changes, func(c Change) bool {
		if c.Kind != ChangeChanged || asked == maxFolderStats {
			return false
		}
		asked++
		found, err := e.api.ContainerStatPath(ctx, view.id, c.Path)
		return err == nil && found.Mode.IsDir()
	})
}
