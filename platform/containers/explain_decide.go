package containers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// explain decides why the container is not up. It is pure: the same facts give
// the same explanation.
func explain(f exitFacts) Explanation {
	why := decide(f)
	why.ExitCode = f.code
	why.Evidence = append(why.Evidence, commonEvidence(f, why.Code)...)
	if f.unhealthy && (why.Code == ExitKilled || why.Code == ExitTerminated) {
		why.Fixes = append(why.Fixes, Fix{Kind: FixNoHealthcheck})
	}
	return why
}

func decide(f exitFacts) Explanation {
	switch {
	case f.running:
		return Explanation{Code: ExitRunning, Sentence: "the container is up"}
	case f.status == "created" && f.errText == "" && f.code == 0:
		return Explanation{Code: ExitNeverStarted, Sentence: "the container was created and never started"}
	case f.oom:
		return outOfMemory(f)
	}
	if why, ok := failedStart(f); ok {
		return why
	}
	if foreignRunBySh(f) {
		return wrongArch(f, f.program)
	}
	name := firstOf(f.argv)
	switch f.code {
	case 0:
		return finished(f, name)
	case 2:
		if isShellWithoutCommand(f.argv) {
			return Explanation{Code: ExitShellNoArgument, Subject: name,
				Sentence: fmt.Sprintf("%q ends at once: -c wants a command after it", strings.Join(f.argv, " ")),
				Fixes:    []Fix{{Kind: FixReplaceEntrypoint}}}
		}
	case 126, 127:
		if f.script == nil || !f.script.head.anyCRLF {
			return innerCommand(f, name)
		}
	}
	if f.script != nil && f.script.head.anyCRLF && f.code != 0 {
		return crlf(f.script)
	}
	if why, ok := signalled(f, name); ok {
		return why
	}
	if line := findLine(f.logs, "permission denied", "operation not permitted", "eacces"); line != "" {
		why := Explanation{Code: ExitPermissionDenied, Subject: line,
			Sentence: fmt.Sprintf("%s ended with exit code %d: %s", quoteName(name), f.code, line),
			Fixes:    []Fix{{Kind: FixReplaceEntrypoint}}}
		if !isRoot(f.user) {
			why.Fixes = slices.Insert(why.Fixes, 0, Fix{Kind: FixAsRoot})
		}
		return why
	}
	return Explanation{Code: ExitFailed, Subject: name,
		Sentence: fmt.Sprintf("%s ended with exit code %d", quoteName(name), f.code), Fixes: []Fix{{Kind: FixReplaceEntrypoint}}}
}

// foreignRunBySh is true when a program for another machine came to an init
// program: its execvp(3) gives what the kernel refuses to /bin/sh, which stumbles
// over the bytes.
func foreignRunBySh(f exitFacts) bool {
	p := f.program
	return p != nil && (f.code == 2 || f.code == 126 || f.code == 127) &&
		(p.head.kind == programELF || p.head.kind == programForeign) && !runsOn(p.head.machine, archOf(f.enginePlat))
}

func quoteName(name string) string {
	if name == "" {
		return "the program"
	}
	return strconv.Quote(name)
}

func outOfMemory(f exitFacts) Explanation {
	why := Explanation{Code: ExitOutOfMemory, Sentence: "the container needed more memory than the engine's machine had and was killed"}
	if f.memory > 0 {
		limit := byteSize(f.memory)
		why.Subject = limit
		why.Sentence = fmt.Sprintf("the container needed more than its limit of %s of memory and was killed", limit)
		why.Fixes = []Fix{{Kind: FixMoreMemory, Memory: max(2*f.memory, 64<<20)}}
	}
	return why
}

func finished(f exitFacts, name string) Explanation {
	if posixShell(f.argv) != nil && len(f.argv) == 1 && !f.tty && !f.stdin {
		return Explanation{Code: ExitShellNoInput, Subject: name,
			Sentence: fmt.Sprintf("%s had neither a terminal nor input and ended at once", quoteName(name)),
			Fixes:    []Fix{{Kind: FixReplaceEntrypoint}, {Kind: FixKeepAlive}}}
	}
	return Explanation{Code: ExitFinished, Subject: name,
		Sentence: fmt.Sprintf("%s did its work and ended: nothing keeps the container up", quoteName(name)),
		Fixes:    []Fix{{Kind: FixReplaceEntrypoint}, {Kind: FixKeepAlive}}}
}

// isShellWithoutCommand is true for ["sh", "-c"].
func isShellWithoutCommand(argv []string) bool {
	return len(argv) >= 2 && argv[len(argv)-1] == "-c" && posixShell(argv) != nil
}

// innerCommand is a 126 or 127 of a program that did start: a shell or a script
// gives these for what it calls.
func innerCommand(f exitFacts, name string) Explanation {
	line := findLine(f.logs, "not found", "no such file", "permission denied", "cannot execute")
	why := Explanation{Code: ExitCommandNotFound, Subject: name,
		Sentence: fmt.Sprintf("%s called a program that the image does not have", quoteName(name)), Fixes: []Fix{{Kind: FixReplaceEntrypoint}}}
	if f.code == 126 {
		why.Code = ExitNotExecutable
		why.Sentence = fmt.Sprintf("%s called a file that it may not run", quoteName(name))
		if !isRoot(f.user) {
			why.Fixes = slices.Insert(why.Fixes, 0, Fix{Kind: FixAsRoot})
		}
	}
	if line != "" {
		why.Detail = line
		why.Sentence += ": " + line
	}
	return why
}

// signalled explains the codes above 128.
func signalled(f exitFacts, name string) (Explanation, bool) {
	replace := []Fix{{Kind: FixReplaceEntrypoint}}
	crashed := func(signal, what string) (Explanation, bool) {
		return Explanation{Code: ExitCrashed, Subject: signal, Detail: name, Fixes: replace,
			Sentence: fmt.Sprintf("%s crashed: %s (%s)", quoteName(name), what, signal)}, true
	}
	stopped := func(signal, what string) (Explanation, bool) {
		return Explanation{Code: ExitTerminated, Subject: signal, Detail: name, Fixes: replace,
			Sentence: fmt.Sprintf("%s was %s (%s)", quoteName(name), what, signal)}, true
	}
	switch f.code {
	case 137:
		why := Explanation{Code: ExitKilled, Subject: "SIGKILL", Detail: name, Fixes: replace,
			Sentence: fmt.Sprintf("%s was killed (SIGKILL): by a person, by a stop that took too long, or for want of memory", quoteName(name))}
		if f.memory > 0 {
			why.Fixes = append([]Fix{{Kind: FixMoreMemory, Memory: max(2*f.memory, 64<<20)}}, replace...)
		}
		return why, true
	case 132:
		return crashed("SIGILL", "this processor does not know one of its instructions")
	case 134:
		return crashed("SIGABRT", "it gave itself up")
	case 135:
		return crashed("SIGBUS", "it touched memory that is not there")
	case 136:
		return crashed("SIGFPE", "it divided by zero")
	case 139:
		return crashed("SIGSEGV", "it touched memory that is not its own")
	case 129:
		return stopped("SIGHUP", "hung up on")
	case 130:
		return stopped("SIGINT", "interrupted")
	case 143:
		return stopped("SIGTERM", "asked to stop")
	}
	return Explanation{}, false
}

// isRoot is true for the users that are root for sure.
func isRoot(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "" || name == "0" || name == "root"
}

// findLine is the last line that holds one of the phrases, given in lower case.
func findLine(lines []string, phrases ...string) string {
	for _, line := range slices.Backward(lines) {
		lower := strings.ToLower(line)
		for _, phrase := range phrases {
			if strings.Contains(lower, phrase) {
				return line
			}
		}
	}
	return ""
}

// commonEvidence is what belongs to every explanation.
func commonEvidence(f exitFacts, code ExplainCode) []Evidence {
	if code == ExitRunning {
		return nil
	}
	var list []Evidence
	add := func(name EvidenceName, value string) {
		if value != "" {
			list = append(list, Evidence{name, value})
		}
	}
	if code != ExitNeverStarted {
		add(EvidenceExitCode, strconv.Itoa(f.code))
	}
	if f.oom {
		add(EvidenceOOM, "true")
	}
	if f.memory > 0 && (code == ExitOutOfMemory || code == ExitKilled) {
		add(EvidenceMemory, byteSize(f.memory))
	}
	add(EvidenceEngine, f.errText)
	if code == ExitNotExecutable || code == ExitPermissionDenied || code == ExitNoUser {
		add(EvidenceUser, f.user)
	}
	if code == ExitWrongArch {
		add(EvidenceImageArch, f.imagePlat)
		add(EvidenceEngineArch, f.enginePlat)
	}
	if f.ran > 0 {
		add(EvidenceRan, f.ran.Round(time.Millisecond).String())
	}
	if f.restarts > 0 {
		add(EvidenceRestarts, strconv.Itoa(f.restarts))
	}
	if f.unhealthy {
		add(EvidenceHealth, "unhealthy")
	}
	for _, line := range lastOf(f.logs, logLinesShown) {
		add(EvidenceLog, line)
	}
	return list
}
