package model

import (
	"slices"
	"strings"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// RowKind is what a row of the master list stands for.
type RowKind string

const (
	RowHeading   RowKind = "heading"
	RowImage     RowKind = "image"
	RowMore      RowKind = "more" // the images that are not shown
	RowPull      RowKind = "pull" // a reference that is not here yet
	RowSession   RowKind = "session"
	RowContainer RowKind = "container"
	RowNote      RowKind = "note" // says why a section is empty
)

// Section is a part of the master list.
type Section string

const (
	SectionImages     Section = "images"
	SectionSessions   Section = "sessions"
	SectionContainers Section = "containers"
)

// Row is one line of the master list.
type Row struct {
	Key     string
	Kind    RowKind
	Section Section
	// Count is the number of things in a heading's section, or those not shown.
	Count int
	Note  NoteKind

	Name      string // what the line shows: tag, container name, reference
	Image     *containers.Image
	Container *containers.Container
	Size      int64
	Created   time.Time
	Shells    int
}

// NoteKind says why a section shows nothing.
type NoteKind string

const (
	NoteLoading NoteKind = "loading"
	NoteEmpty   NoteKind = "empty"
	NoteNoMatch NoteKind = "no-match"
	NoteError   NoteKind = "error"
	NoteEngine  NoteKind = "no-engine"
)

// Selectable tells whether a person can choose the row.
func (r Row) Selectable() bool { return r.Kind != RowHeading && r.Kind != RowNote }

// RowOptions is what the list depends on besides the snapshot.
type RowOptions struct {
	Query string
	// Recent images come first.
	Recent []string
	// AllImages shows every image; otherwise only the first few, so that a
	// container that died is on the first page.
	AllImages bool
	// Shells is the number of open shells of a container.
	Shells func(container string) int
}

// FewImages is how many images are shown while nobody searches.
const FewImages = 10

// Keys of rows that stand for things.
func ImageKey(ref string) string    { return "image:" + ref }
func ContainerKey(id string) string { return "container:" + id }
func PullKey(ref string) string     { return "pull:" + ref }
func (r Row) IsHeading() bool       { return r.Kind == RowHeading }
func words(query string) []string   { return strings.Fields(strings.ToLower(query)) }
func lower(parts ...string) string  { return strings.ToLower(strings.Join(parts, " ")) }
func shortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}

func matches(text string, ws []string) bool {
	for _, w := range ws {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// BuildRows makes the master list.
func BuildRows(s Snapshot, o RowOptions) []Row {
	ws := words(o.Query)
	var rows []Row
	rows = append(rows, imageRows(s, o, ws)...)
	rows = append(rows, containerRows(s, o, ws, SectionSessions)...)
	return append(rows, containerRows(s, o, ws, SectionContainers)...)
}

func imageRows(s Snapshot, o RowOptions, ws []string) []Row {
	var found []Row
	exact := false
	for i := range s.Images {
		img := &s.Images[i]
		names := img.Tags
		if len(names) == 0 {
			names = []string{shortID(img.ID)}
		}
		for _, n := range names {
			exact = exact || sameReference(n, o.Query)
			if matches(lower(n, shortID(img.ID)), ws) {
				found = append(found, Row{Key: ImageKey(n), Kind: RowImage, Section: SectionImages, Name: n, Image: img, Size: img.Size, Created: img.Created})
			}
		}
	}
	rank := func(r Row) int {
		switch {
		case len(r.Image.Tags) == 0:
			return 900
		case len(ws) > 0:
			return searchRank(r.Name, ws[0])
		}
		if i := slices.Index(o.Recent, r.Name); i >= 0 {
			return i
		}
		return 100
	}
	slices.SortStableFunc(found, func(a, b Row) int { return rank(a) - rank(b) })

	rows := []Row{{Key: "heading:images", Kind: RowHeading, Section: SectionImages, Count: len(found)}}
	switch {
	case !s.ImagesLoaded:
		rows = append(rows, note(SectionImages, waiting(s)))
	case s.ImagesErr != nil && len(s.Images) == 0:
		rows = append(rows, note(SectionImages, NoteError))
	case len(s.Images) == 0 && len(ws) == 0:
		rows = append(rows, note(SectionImages, NoteEmpty))
	}
	hidden := 0
	if len(ws) == 0 && !o.AllImages && len(found) > FewImages+2 {
		hidden = len(found) - FewImages
		found = found[:FewImages]
	}
	rows = append(rows, found...)
	if hidden > 0 {
		rows = append(rows, Row{Key: "more:images", Kind: RowMore, Section: SectionImages, Count: hidden})
	}
	if ref, ok := pullable(o.Query); ok && !exact {
		rows = append(rows, Row{Key: PullKey(ref), Kind: RowPull, Section: SectionImages, Name: ref})
	} else if len(ws) > 0 && len(found) == 0 && s.ImagesLoaded {
		rows = append(rows, note(SectionImages, NoteNoMatch))
	}
	return rows
}

func note(sec Section, k NoteKind) Row {
	return Row{Key: "note:" + string(sec), Kind: RowNote, Section: sec, Note: k}
}

// waiting says what a list that was not read yet waits for.
func waiting(s Snapshot) NoteKind {
	if s.Link == LinkDown || s.Link == LinkNone {
		return NoteEngine
	}
	return NoteLoading
}

// searchRank puts the image a person most likely means first: "debian" is the
// repository debian before shop/debian-tools.
func searchRank(name, word string) int {
	repo := strings.ToLower(name)
	if i := strings.LastIndexByte(repo, ':'); i > strings.LastIndexByte(repo, '/') {
		repo = repo[:i]
	}
	base := repo[strings.LastIndexByte(repo, '/')+1:]
	switch {
	case strings.ToLower(name) == word:
		return 0
	case repo == word:
		return 1
	case base == word:
		return 2
	case strings.HasPrefix(strings.ToLower(name), word):
		return 3
	case strings.HasPrefix(base, word):
		return 4
	}
	return 5
}

// sameReference tells whether what was typed already names a local image.
func sameReference(name, typed string) bool {
	typed = strings.TrimSpace(typed)
	return typed == name || typed+":latest" == name
}

// pullable tells whether what was typed can be pulled, and as what.
func pullable(query string) (string, bool) {
	q := strings.TrimSpace(query)
	if len(q) < 2 || strings.ContainsAny(q, " \t") {
		return "", false
	}
	if _, err := launch.ParseReference(q); err != nil {
		return "", false
	}
	return q, true
}

func containerRows(s Snapshot, o RowOptions, ws []string, sec Section) []Row {
	var found []Row
	total := 0
	for i := range s.Containers {
		c := &s.Containers[i]
		if (c.Session != nil) != (sec == SectionSessions) {
			continue
		}
		total++
		text := lower(c.Name, c.Image, c.State, shortID(c.ID))
		if c.Session != nil {
			text += lower(" ", c.Session.Source, c.Session.User, c.Session.Host)
		}
		if !matches(text, ws) {
			continue
		}
		r := Row{Key: ContainerKey(c.ID), Kind: RowContainer, Section: sec, Name: c.Name, Container: c, Created: c.Created}
		if sec == SectionSessions {
			r.Kind = RowSession
			if o.Shells != nil {
				r.Shells = o.Shells(c.ID)
			}
		}
		found = append(found, r)
	}
	if sec == SectionSessions {
		// Mine first: others' are only there to be seen.
		slices.SortStableFunc(found, func(a, b Row) int { return mineRank(a) - mineRank(b) })
		if total == 0 || len(found) == 0 {
			return nil
		}
	}
	rows := []Row{{Key: "heading:" + string(sec), Kind: RowHeading, Section: sec, Count: len(found)}}
	switch {
	case !s.ContainersLoaded:
		rows = append(rows, note(sec, waiting(s)))
	case s.ContainersErr != nil && len(s.Containers) == 0:
		rows = append(rows, note(sec, NoteError))
	case total == 0 && len(ws) == 0:
		rows = append(rows, note(sec, NoteEmpty))
	case len(found) == 0:
		if len(ws) > 0 {
			return nil
		}
	}
	return append(rows, found...)
}

func mineRank(r Row) int {
	if r.Container.Session.Mine {
		return 0
	}
	return 1
}

// FirstSelectable is the key of the row that Enter means: the first thing that is
// here. A reference to pull is meant only when nothing here matches, so that a
// slip of the finger pulls nothing.
func FirstSelectable(rows []Row) string {
	pull := ""
	for _, r := range rows {
		switch {
		case r.Kind == RowPull:
			pull = r.Key
		case r.Selectable() && r.Kind != RowMore:
			return r.Key
		}
	}
	return pull
}
