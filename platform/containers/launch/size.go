package launch

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/docker/go-units"
)

// ParseBytes reads a size as the Docker CLI does: "512m", "1.5GiB", "1024".
// Units are powers of 1024. Empty is 0, which means no limit.
func ParseBytes(text string) (int64, error) {
	if len(text) > maxReference {
		return 0, tooLong("size", text, maxReference)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	size, err := units.RAMInBytes(text)
	if err != nil || strings.HasPrefix(text, "-") {
		return 0, wrong("size", text, ReasonMalformed, "is not a size", "sizes look like 512m or 2g")
	}
	if size < 0 || size == math.MaxInt64 {
		return 0, wrong("size", text, ReasonRange, "is larger than any memory", "sizes look like 512m or 2g")
	}
	return size, nil
}

// FormatBytes writes a size as ParseBytes and --memory take it, in the largest
// unit that leaves a whole number.
func FormatBytes(size int64) string {
	if size == 0 {
		return "0"
	}
	for _, unit := range []struct {
		name string
		size int64
	}{{"g", 1 << 30}, {"m", 1 << 20}, {"k", 1 << 10}} {
		if size%unit.size == 0 {
			return strconv.FormatInt(size/unit.size, 10) + unit.name
		}
	}
	return strconv.FormatInt(size, 10)
}

// ParseCPUs reads a number of CPUs ("1.5") into units of 1e-9. Empty is 0.
func ParseCPUs(text string) (int64, error) {
	if len(text) > 40 {
		return 0, tooLong("CPUs", text, 40)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, nil
	}
	// The exponent of "1e9999999" alone would make a number of megabytes.
	cpus, ok := new(big.Rat).SetString(text)
	if !ok || strings.ContainsAny(text, "eExXpP/_") {
		return 0, wrong("CPUs", text, ReasonMalformed, "is not a number of CPUs", "write a number like 1.5")
	}
	nano := cpus.Mul(cpus, big.NewRat(1e9, 1))
	if !nano.IsInt() || nano.Sign() < 0 || !nano.Num().IsInt64() {
		return 0, wrong("CPUs", text, ReasonRange, "is not a number of CPUs", "write a number like 1.5")
	}
	return nano.Num().Int64(), nil
}

// FormatCPUs writes what ParseCPUs reads.
func FormatCPUs(nano int64) string {
	text := big.NewRat(nano, 1e9).FloatString(9)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

var knownOS = map[string]bool{"linux": true, "windows": true, "darwin": true, "freebsd": true, "wasi": true, "wasip1": true}

// archNames are other words for architectures, as uname and people write them.
var archNames = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "armhf": "arm/v7", "armel": "arm/v6",
	"i386": "386", "i686": "386", "x86": "386",
}

// ParsePlatform reads "os/arch[/variant]" and, like the Docker CLI, a lone
// architecture, which is one of Linux here. Empty means the engine's own.
func ParsePlatform(text string) (string, error) {
	if len(text) > maxReference {
		return "", tooLong("platform", text, maxReference)
	}
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return "", nil
	}
	parts := strings.Split(text, "/")
	if !knownOS[parts[0]] {
		parts = append([]string{"linux"}, parts...)
	}
	const hint = "platforms look like linux/amd64 or linux/arm/v7"
	for _, part := range parts {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			return "", wrong("platform", text, ReasonMalformed, "is not a platform", hint)
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	if name, ok := archNames[parts[1]]; ok {
		parts[1] = name
	}
	if len(parts) > 3 || !knownArch[strings.SplitN(parts[1], "/", 2)[0]] {
		return "", wrong("platform", text, ReasonUnknown, "is not a platform", hint)
	}
	return strings.Join(parts, "/"), nil
}

// knownArch are the names Go and with it the engines have for architectures.
var knownArch = map[string]bool{
	"386": true, "amd64": true, "arm": true, "arm64": true, "loong64": true, "mips": true, "mipsle": true, "mips64": true,
	"mips64le": true, "ppc64": true, "ppc64le": true, "riscv64": true, "s390x": true, "wasm": true,
}
