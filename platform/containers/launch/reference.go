package launch

import (
	"errors"
	"regexp"
	"strings"

	"github.com/distribution/reference"
)

// Reference names an image: at a registry, or by its ID at an engine.
type Reference struct {
	// Familiar is the short form that people write ("alpine:3.20").
	Familiar string
	// Full is the form with everything spelled out ("docker.io/library/alpine:3.20").
	Full   string
	Domain string // "docker.io"
	Path   string // "library/alpine"
	Tag    string // "latest" when neither tag nor digest was given
	Digest string // "sha256:…", or ""
	// ID is set instead of all others but Familiar for an image ID.
	ID string
}

// maxReference is far above what a registry allows (255 for name, 128 for tag).
const maxReference = 1024

var (
	imageID   = regexp.MustCompile(`^(?:sha256:)?[a-f0-9]{64}$`)
	shortID   = regexp.MustCompile(`^sha256:[a-f0-9]{6,63}$`)
	urlScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://`)
)

// ParseReference reads an image reference as the Docker CLI does, or an image
// ID. Blanks around it are dropped, as they come along with a pasted text.
func ParseReference(text string) (Reference, error) {
	if len(text) > maxReference {
		return Reference{}, tooLong("image", text, maxReference)
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return Reference{}, wrong("image", text, ReasonEmpty, "no image is named", "give a reference like alpine:3.20")
	case imageID.MatchString(text):
		if !strings.HasPrefix(text, "sha256:") {
			text = "sha256:" + text
		}
		return Reference{Familiar: text, ID: text}, nil
	case shortID.MatchString(text):
		return Reference{Familiar: text, ID: text}, nil
	}
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return Reference{}, explainReference(text, err)
	}
	named = reference.TagNameOnly(named)
	ref := Reference{
		Familiar: reference.FamiliarString(named),
		Full:     named.String(),
		Domain:   reference.Domain(named),
		Path:     reference.Path(named),
	}
	if tagged, ok := named.(reference.Tagged); ok {
		ref.Tag = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		ref.Digest = digested.Digest().String()
	}
	return ref, nil
}

// explainReference says what is wrong with a text that is no reference: the
// parser alone only says "invalid reference format".
func explainReference(text string, err error) *InputError {
	hint := "references look like registry.example/name:tag"
	reason, detail := ReasonMalformed, "is not an image reference"
	lower := strings.ToLower(text)
	switch {
	case urlScheme.MatchString(text):
		detail, hint = "an image reference has no scheme", "leave out "+text[:strings.Index(text, "://")+3]
	case strings.HasPrefix(lower, "docker ") || strings.HasPrefix(lower, "podman "):
		detail, hint = "that is a command, not an image", "give only the image's reference"
	case strings.ContainsAny(text, " \t\r\n"):
		reason, detail = ReasonCharacter, "an image reference has no blanks"
	case strings.HasPrefix(text, "-"):
		detail = "an image reference does not begin with a dash"
	case strings.HasSuffix(text, ":"):
		detail, hint = "the tag behind the colon is missing", "write it, or leave out the colon"
	case strings.HasSuffix(text, "@"):
		detail, hint = "the digest behind the @ is missing", "write it, or leave out the @"
	case strings.Contains(text, "@"):
		detail, hint = "the digest is malformed", "digests look like sha256: and 64 hexadecimal digits"
	case lower != text && validReference(lower):
		reason, detail, hint = ReasonCharacter, "names of images are in lower case", "try "+shorten(lower)
	case errors.Is(err, reference.ErrNameTooLong):
		reason, detail = ReasonTooLong, "the name is longer than 255 characters"
	}
	return wrong("image", text, reason, detail, hint)
}

func validReference(text string) bool {
	_, err := reference.ParseNormalizedNamed(text)
	return err == nil
}
