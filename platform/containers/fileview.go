package containers

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	cerrdefs "github.com/containerd/errdefs"
)

const (
	// maxLinks is how many symbolic links a path may lead through, as in Linux.
	maxLinks = 40
	// maxFileRead bounds what is read of a file inside a container.
	maxFileRead = 64 << 10
)

// fileView reads files of a container without running anything in it. It works
// on containers that were never started and on stopped ones.
type fileView struct {
	engine *Engine
	id     string
}

func (e *Engine) view(id string) fileView { return fileView{engine: e, id: id} }

// insideFile is a file in a container, found by following links inside it.
type insideFile struct {
	asked string // the path that was asked for
	path  string // the path after all links
	mode  os.FileMode
	size  int64
}

// executable is true for a file that some user may run.
func (f *insideFile) executable() bool {
	return f.mode.IsRegular() && f.mode.Perm()&0o111 != 0
}

// stat follows links inside the container; nil means that nothing is there.
func (v fileView) stat(ctx context.Context, name string) (*insideFile, error) {
	at := name
	for range maxLinks {
		found, err := v.engine.api.ContainerStatPath(ctx, v.id, at)
		if cerrdefs.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			// A path through a file, and links that lead in a circle, are errors of
			// their own; a HEAD has no body to tell which. An engine in trouble shows
			// with the next call.
			if ctx.Err() == nil && (cerrdefs.IsInvalidArgument(err) || cerrdefs.IsInternal(err)) {
				return nil, nil
			}
			return nil, err
		}
		if found.Mode&os.ModeSymlink == 0 {
			return &insideFile{asked: name, path: at, mode: found.Mode, size: found.Size}, nil
		}
		next := found.LinkTarget
		if next == "" {
			return nil, nil
		}
		if !path.IsAbs(next) {
			next = path.Join(path.Dir(at), next)
		}
		if next = path.Clean(next); next == at {
			return nil, nil
		}
		at = next
	}
	return nil, nil
}

func (v fileView) exists(ctx context.Context, name string) (bool, error) {
	file, err := v.stat(ctx, name)
	return file != nil && !file.mode.IsDir(), err
}

// folderList is a PATH of which only the folders that exist are kept, each only
// once: in many images /bin is a link to /usr/bin. They are looked at when they
// are needed.
type folderList struct {
	view  fileView
	ahead []string // not looked at yet
	kept  []string
	seen  map[string]bool
}

func (v fileView) folders(list []string) *folderList {
	return &folderList{view: v, ahead: list, seen: map[string]bool{}}
}

// at gives the n-th folder that exists; "" after the last.
func (l *folderList) at(ctx context.Context, n int) (string, error) {
	for len(l.kept) <= n && len(l.ahead) > 0 {
		folder := l.ahead[0]
		file, err := l.view.stat(ctx, folder)
		if err != nil {
			return "", err
		}
		l.ahead = l.ahead[1:]
		if file != nil && file.mode.IsDir() && !l.seen[file.path] {
			l.seen[file.path] = true
			l.kept = append(l.kept, folder)
		}
	}
	if n < len(l.kept) {
		return l.kept[n], nil
	}
	return "", nil
}

// program looks for an executable in the folders; nil means there is none.
func (l *folderList) program(ctx context.Context, name string) (*insideFile, error) {
	for n := 0; ; n++ {
		folder, err := l.at(ctx, n)
		if err != nil || folder == "" {
			return nil, err
		}
		file, err := l.view.stat(ctx, path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		if file != nil && file.executable() {
			return file, nil
		}
	}
}

var errNotAFile = errors.New("not a regular file")

// read gives up to limit bytes from the start of a file. The engine packs the
// file as an uncompressed tar; reading stops as soon as enough has come.
func (v fileView) read(ctx context.Context, name string, limit int) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, _, err := v.engine.api.CopyFromContainer(ctx, v.id, name)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	return firstFile(stream, min(limit, maxFileRead))
}

// firstFile reads the start of a tar's first entry.
func firstFile(stream io.Reader, limit int) ([]byte, error) {
	archive := tar.NewReader(io.LimitReader(stream, maxFileRead+16<<10))
	header, err := archive.Next()
	if err != nil {
		return nil, fmt.Errorf("read the engine's archive: %w", err)
	}
	if header.Typeflag != tar.TypeReg {
		return nil, errNotAFile
	}
	data, err := io.ReadAll(io.LimitReader(archive, int64(limit)))
	if err != nil && len(data) == 0 {
		return nil, fmt.Errorf("read the engine's archive: %w", err)
	}
	return data, nil
}
