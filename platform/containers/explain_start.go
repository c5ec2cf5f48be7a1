package containers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/go-units"
)

// byteSize writes a size as the engine's own tools do.
func byteSize(n int64) string { return units.BytesSize(float64(n)) }

// failedStart explains a program that never ran: the engine, its runtime or its
// init says so in words, and the program itself shows why.
func failedStart(f exitFacts) (Explanation, bool) {
	text, told := startFailure(f)
	if !told {
		return Explanation{}, false
	}
	lower := strings.ToLower(text)
	if why, ok := refusedParts(f, lower, text); ok {
		return why, true
	}
	if why, ok := brokenProgram(f, lower); ok {
		return why, true
	}
	name := firstOf(f.argv)
	replace := []Fix{{Kind: FixReplaceEntrypoint}}
	switch {
	case strings.Contains(lower, "exec format error"):
		return wrongArch(f, nil), true
	case strings.Contains(lower, "not found") || strings.Contains(lower, "no such file"):
		return Explanation{Code: ExitNotFound, Subject: name, Fixes: replace,
			Sentence: fmt.Sprintf("%s is not in the image", quoteName(name))}, true
	case strings.Contains(lower, "permission denied"):
		return notExecutable(f, name, ""), true
	}
	if f.errText == "" {
		return Explanation{}, false
	}
	return Explanation{Code: ExitRefused, Subject: text, Fixes: replace,
		Sentence: "the engine could not start the container: " + text}, true
}

// startFailure finds the words about a program that could not be started: the
// engine's own, else a line in the log from the runtime or the init program,
// which have no other place for them.
func startFailure(f exitFacts) (string, bool) {
	if f.errText != "" {
		return f.errText, true
	}
	if f.code == 0 {
		return "", false
	}
	for _, line := range slices.Backward(f.logs) {
		lower := strings.ToLower(line)
		switch {
		case strings.Contains(lower, "[fatal tini"), strings.Contains(lower, "exec user process caused"),
			strings.Contains(lower, "standard_init_linux.go"), strings.Contains(lower, "oci runtime"),
			strings.HasPrefix(lower, "exec ") && strings.Contains(lower, ": exec format error"),
			strings.HasPrefix(lower, "exec ") && strings.Contains(lower, ": no such file or directory"),
			strings.HasPrefix(lower, "exec ") && strings.Contains(lower, ": permission denied"),
			strings.Contains(lower, "{\"msg\":\"exec container process"),
			strings.Contains(lower, "catatonit"):
			return line, true
		}
	}
	return "", false
}

// refusedParts explains what has nothing to do with the program.
func refusedParts(f exitFacts, lower, text string) (Explanation, bool) {
	has := func(phrases ...string) bool {
		return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(lower, p) })
	}
	sentence := "the engine could not start the container: " + text
	switch {
	case has("unable to find user", "unable to find group", "no matching entries in passwd"):
		return Explanation{Code: ExitNoUser, Subject: f.user, Fixes: []Fix{{Kind: FixChangeUser}, {Kind: FixAsRoot}},
			Sentence: fmt.Sprintf("the image does not know the user %q", f.user)}, true
	case has("port is already allocated", "address already in use", "ports are not available"):
		return Explanation{Code: ExitPortTaken, Subject: text, Fixes: []Fix{{Kind: FixChangePort}}, Sentence: sentence}, true
	case has("chdir to cwd", "mkdir /", "cannot mkdir", "workdir") && !has("error mounting"):
		return Explanation{Code: ExitBadWorkDir, Subject: f.workDir, Fixes: []Fix{{Kind: FixChangeWorkDir}},
			Sentence: fmt.Sprintf("the working folder %q cannot be used: %s", f.workDir, text)}, true
	case has("error mounting", "not a directory: unknown: are you trying to mount", "bind source path", "error while mounting volume", "failed to mount"):
		return Explanation{Code: ExitBadMount, Subject: text, Fixes: []Fix{{Kind: FixChangeMount}}, Sentence: sentence}, true
	}
	return Explanation{}, false
}

// brokenProgram explains by what was seen of the program.
func brokenProgram(f exitFacts, lower string) (Explanation, bool) {
	p := f.program
	if p == nil {
		return Explanation{}, false
	}
	replace := []Fix{{Kind: FixReplaceEntrypoint}}
	file := Evidence{EvidenceFile, p.asked}
	switch {
	case !p.found:
		return Explanation{Code: ExitNotFound, Subject: p.asked, Fixes: replace,
			Sentence: fmt.Sprintf("%q is not in the image", p.asked)}, true
	case p.dir:
		return Explanation{Code: ExitIsFolder, Subject: p.asked, Fixes: replace, Evidence: []Evidence{file},
			Sentence: fmt.Sprintf("%q is a folder, not a program", p.asked)}, true
	case !p.executable:
		return notExecutable(f, p.asked, p.mode), true
	case p.head.crlf:
		return crlf(p), true
	case p.head.kind == programScript && !p.interpreterFound:
		return Explanation{Code: ExitNoInterpreter, Subject: p.asked, Detail: p.head.interpreter, Fixes: replace,
			Evidence: []Evidence{file, {EvidenceShebang, "#!" + printable(p.head.shebang, maxShebang)}},
			Sentence: fmt.Sprintf("the script %q wants the interpreter %q, which is not in the image", p.asked, p.head.interpreter)}, true
	case (p.head.kind == programELF || p.head.kind == programForeign) && !runsOn(p.head.machine, archOf(f.enginePlat)):
		return wrongArch(f, p), true
	case p.head.kind == programELF && !p.loaderFound:
		return Explanation{Code: ExitNoLoader, Subject: p.asked, Detail: p.head.loader, Fixes: replace, Evidence: []Evidence{file},
			Sentence: fmt.Sprintf("%q wants the loader %q, which is not in the image: it was built for another C library", p.asked, p.head.loader)}, true
	case strings.Contains(lower, "exec format error") && p.head.kind == programText:
		return Explanation{Code: ExitNoShebang, Subject: p.asked, Fixes: replace, Evidence: []Evidence{file},
			Sentence: fmt.Sprintf("the script %q has no #! line in front, so the engine cannot tell how to run it", p.asked)}, true
	case strings.Contains(lower, "exec format error") && (p.head.kind == programEmpty || p.head.kind == programUnknown):
		return Explanation{Code: ExitNotAProgram, Subject: p.asked, Fixes: replace, Evidence: []Evidence{file},
			Sentence: fmt.Sprintf("%q is not a program", p.asked)}, true
	}
	return Explanation{}, false
}

func crlf(p *programFacts) Explanation {
	why := Explanation{Code: ExitCRLF, Subject: p.asked, Detail: p.head.interpreter, Fixes: []Fix{{Kind: FixReplaceEntrypoint}},
		Evidence: []Evidence{{EvidenceFile, p.asked}},
		Sentence: fmt.Sprintf("the script %q has Windows line ends (CR LF), over which its shell stumbles", p.asked)}
	if p.head.crlf {
		why.Evidence = append(why.Evidence, Evidence{EvidenceShebang, "#!" + printable(p.head.shebang, maxShebang) + `\r`})
		why.Sentence = fmt.Sprintf(`the script %q has Windows line ends (CR LF), so its interpreter would be "%s\r", which does not exist`, p.asked, p.head.interpreter)
	}
	return why
}

func notExecutable(f exitFacts, name, mode string) Explanation {
	why := Explanation{Code: ExitNotExecutable, Subject: name, Detail: mode, Fixes: []Fix{{Kind: FixReplaceEntrypoint}},
		Sentence: fmt.Sprintf("%q may not be run by this user", name)}
	if mode != "" {
		why.Evidence = []Evidence{{EvidenceFile, name}, {EvidenceMode, mode}}
		why.Sentence = fmt.Sprintf("%q is not executable (%s)", name, mode)
	} else if !isRoot(f.user) {
		why.Fixes = slices.Insert(why.Fixes, 0, Fix{Kind: FixAsRoot})
	}
	return why
}

// wrongArch explains a program for another machine; without a look at it, by the
// image's own word.
func wrongArch(f exitFacts, p *programFacts) Explanation {
	why := Explanation{Code: ExitWrongArch, Detail: archOf(f.enginePlat)}
	name := "the image"
	if p != nil {
		name = fmt.Sprintf("%q", p.asked)
		why.Subject = p.head.machine
		why.Evidence = []Evidence{{EvidenceFile, p.asked}, {EvidenceMachine, p.head.machine}}
	} else {
		why.Subject = archOf(f.imagePlat)
	}
	switch {
	case why.Subject == "" || runsOn(why.Subject, why.Detail):
		why.Sentence = fmt.Sprintf("%s is no program for this engine's machine (%s)", quoteName(firstOf(f.argv)), why.Detail)
		why.Fixes = []Fix{{Kind: FixReplaceEntrypoint}}
	default:
		why.Sentence = fmt.Sprintf("%s was built for %s, and this engine's machine is %s", name, why.Subject, why.Detail)
		why.Fixes = []Fix{{Kind: FixOtherPlatform, Platform: f.enginePlat}}
		if p != nil && !f.ours && runsOn(archOf(f.imagePlat), why.Detail) {
			// Only this file is wrong: the image's shell still runs.
			why.Fixes = []Fix{{Kind: FixReplaceEntrypoint}, {Kind: FixOtherPlatform, Platform: f.enginePlat}}
		}
	}
	return why
}

func firstOf(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return argv[0]
}

// archOf is the middle of "os/arch/variant".
func archOf(platform string) string {
	_, arch, _ := strings.Cut(platform, "/")
	arch, _, _ = strings.Cut(arch, "/")
	return arch
}
