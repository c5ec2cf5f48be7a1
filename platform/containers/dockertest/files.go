package dockertest

import (
	"archive/tar"
	"bytes"
	"path"
	"strings"
)

// File is one entry of an image: a folder when Path ends in a slash, a link when
// Link is set.
type File struct {
	Path string // without the leading slash
	Data []byte
	Mode int64
	Link string
}

// tarOf packs files and the folders above them.
func tarOf(files []File) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	have := map[string]bool{".": true, "/": true, "": true}
	var folder func(name string, mode int64) error
	folder = func(name string, mode int64) error {
		name = path.Clean(name)
		if have[name] {
			return nil
		}
		have[name] = true
		if err := folder(path.Dir(name), 0o755); err != nil {
			return err
		}
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode})
	}
	for _, f := range files {
		if strings.HasSuffix(f.Path, "/") {
			mode := f.Mode
			if mode == 0 {
				mode = 0o755
			}
			if err := folder(f.Path, mode); err != nil {
				return nil, err
			}
			continue
		}
		if err := folder(path.Dir(f.Path), 0o755); err != nil {
			return nil, err
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: f.Path, Mode: f.Mode, Size: int64(len(f.Data))}
		if f.Link != "" {
			h = &tar.Header{Typeflag: tar.TypeSymlink, Name: f.Path, Linkname: f.Link, Mode: 0o777}
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if f.Link == "" {
			if _, err := w.Write(f.Data); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
