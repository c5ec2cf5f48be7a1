package launch

import (
	"encoding/csv"
	"regexp"
	"strconv"
	"strings"
)

// mountKeys are the keys by which a --mount value is told from a --volume value.
var mountKeys = regexp.MustCompile(`(?i)(?:^|,)"?(?:type|source|src|target|dst|destination)=`)

// ParseMount reads a --volume value ([SOURCE:]TARGET[:OPTIONS], Windows paths
// too) or a --mount value (type=bind,source=…,target=…[,readonly]). A source
// that begins with a dot stays relative; the caller knows its folder.
func ParseMount(text string) (Mount, error) {
	if len(text) > maxText {
		return Mount{}, tooLong("mount", text, maxText)
	}
	if strings.TrimSpace(text) == "" {
		return Mount{}, wrong("mount", text, ReasonEmpty, "nothing is mounted", "mounts look like /here:/there or name:/there")
	}
	var m Mount
	var err error
	if mountKeys.MatchString(text) {
		m, err = parseMountFields(text)
	} else {
		m, err = parseVolume(text)
	}
	if err != nil {
		return Mount{}, err
	}
	return m, checkMount(m)
}

// ParseTmpfs reads a --tmpfs value: TARGET[:size=64m,ro].
func ParseTmpfs(text string) (Mount, error) {
	if len(text) > maxText {
		return Mount{}, tooLong("tmpfs", text, maxText)
	}
	target, options, _ := strings.Cut(text, ":")
	m := Mount{Kind: MountTmpfs, Target: target}
	for _, option := range strings.Split(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "", "rw", "exec", "nosuid", "nodev":
		case "ro":
			m.ReadOnly = true
		case "size":
			size, err := ParseBytes(value)
			if err != nil {
				return Mount{}, err
			}
			m.TmpfsSize = size
		default:
			return Mount{}, unknownOption("tmpfs", option)
		}
	}
	return m, checkMount(m)
}

func parseMountFields(text string) (Mount, error) {
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return Mount{}, wrong("mount", text, ReasonMalformed, "is not a list of key=value", `quote a field with commas: type=bind,"source=/a,b",target=/c`)
	}
	m := Mount{Kind: MountVolume}
	for _, field := range fields {
		key, value, hasValue := strings.Cut(field, "=")
		switch strings.ToLower(key) {
		case "type":
			m.Kind = MountKind(strings.ToLower(value))
		case "source", "src":
			m.Source = value
		case "target", "dst", "destination":
			m.Target = value
		case "readonly", "ro":
			m.ReadOnly = true
			if hasValue {
				if m.ReadOnly, err = strconv.ParseBool(value); err != nil {
					return Mount{}, wrong("mount", field, ReasonMalformed, "is neither true nor false", "")
				}
			}
		case "tmpfs-size":
			if m.TmpfsSize, err = ParseBytes(value); err != nil {
				return Mount{}, err
			}
		case "consistency":
		default:
			return Mount{}, unknownOption("mount", field)
		}
	}
	return m, nil
}

func parseVolume(text string) (Mount, error) {
	parts := splitVolume(text)
	m := Mount{Kind: MountVolume}
	switch len(parts) {
	case 1:
		m.Target = parts[0]
	case 2, 3:
		m.Source, m.Target = parts[0], parts[1]
		if m.Source == "" {
			return Mount{}, wrong("mount", text, ReasonEmpty, "the source in front of the colon is missing", "")
		}
	default:
		return Mount{}, wrong("mount", text, ReasonMalformed, "has too many colons", "write it as type=bind,source=…,target=…")
	}
	if len(parts) == 3 {
		for _, option := range strings.Split(parts[2], ",") {
			switch option {
			case "ro", "readonly":
				m.ReadOnly = true
			case "rw", "cached", "delegated", "consistent":
			default:
				return Mount{}, unknownOption("mount", option)
			}
		}
	}
	if isAbs(m.Source) || strings.HasPrefix(m.Source, ".") || strings.ContainsAny(m.Source, `/\`) {
		m.Kind = MountBind
	}
	return m, nil
}

// splitVolume cuts at colons, but not behind a drive's letter.
func splitVolume(text string) []string {
	var parts []string
	for {
		start := 0
		if isDrive(text) {
			start = 2
		}
		i := strings.IndexByte(text[start:], ':')
		if i < 0 {
			return append(parts, text)
		}
		parts = append(parts, text[:start+i])
		text = text[start+i+1:]
		if len(parts) > 3 {
			return append(parts, text)
		}
	}
}

// isDrive is true for a text that begins like C:\ or C:/.
func isDrive(text string) bool {
	return len(text) >= 3 && text[1] == ':' && (text[2] == '\\' || text[2] == '/') &&
		(text[0] >= 'a' && text[0] <= 'z' || text[0] >= 'A' && text[0] <= 'Z')
}

// isAbs is true for absolute paths of Linux and of Windows (drives, pipes and
// shares): the engine may run on another system than this program.
func isAbs(path string) bool {
	return strings.HasPrefix(path, "/") || isDrive(path) || strings.HasPrefix(path, `\\`)
}

func unknownOption(field, option string) *InputError {
	return wrong(field, option, ReasonUnknown, "this option is not supported", "use ro or rw")
}

func checkMount(m Mount) error {
	switch m.Kind {
	case MountBind:
		if m.Source == "" {
			return wrong("mount", m.Target, ReasonEmpty, "a bind mount needs a source", "")
		}
	case MountVolume:
		if isAbs(m.Source) {
			return wrong("mount", m.Source, ReasonConflict, "a volume's source is a name, not a path", "use type=bind")
		}
	case MountTmpfs:
		if m.Source != "" {
			return wrong("mount", m.Source, ReasonConflict, "a tmpfs has no source", "")
		}
	default:
		return wrong("mount", string(m.Kind), ReasonUnknown, "is not a kind of mount", "use bind, volume or tmpfs")
	}
	if m.TmpfsSize != 0 && m.Kind != MountTmpfs {
		return wrong("mount", m.Target, ReasonConflict, "only a tmpfs has a size", "")
	}
	if m.Target == "" {
		return wrong("mount", m.Source, ReasonEmpty, "the target inside the container is missing", "mounts look like /here:/there")
	}
	if !isAbs(m.Target) {
		return wrong("mount", m.Target, ReasonRelative, "the target has to be an absolute path", "")
	}
	if m.Target == "/" {
		return wrong("mount", m.Target, ReasonConflict, "the root folder cannot be mounted over", "")
	}
	return nil
}

// String writes m as --mount takes it.
func (m Mount) String() string {
	fields := []string{"type=" + string(m.Kind)}
	if m.Source != "" {
		fields = append(fields, "source="+m.Source)
	}
	fields = append(fields, "target="+m.Target)
	if m.ReadOnly {
		fields = append(fields, "readonly")
	}
	if m.TmpfsSize != 0 {
		fields = append(fields, "tmpfs-size="+strconv.FormatInt(m.TmpfsSize, 10))
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	// A strings.Builder takes everything, and the fields are text.
	_ = w.Write(fields)
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}
