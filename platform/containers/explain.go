package containers

import (
	"tacklebox/platform/containers/launch"
)

// ExplainCode is why a container is not up, from a closed set that a panel can
// turn into a sentence of its own with Subject and Detail in it.
type ExplainCode string

// The codes. The comments say what Subject and Detail hold.
const (
	ExitRunning          ExplainCode = "running"            // it is up
	ExitNeverStarted     ExplainCode = "never-started"      // created only
	ExitFinished         ExplainCode = "finished"           // exit code 0; the program
	ExitShellNoInput     ExplainCode = "shell-no-input"     // a shell without terminal or input; the shell
	ExitShellNoArgument  ExplainCode = "shell-no-argument"  // "sh -c" without a command; the shell
	ExitFailed           ExplainCode = "failed"             // any other code; the program
	ExitRefused          ExplainCode = "engine-refused"     // 125 or an error of the engine; its words
	ExitNotFound         ExplainCode = "not-found"          // the program is not in the image; its path
	ExitCommandNotFound  ExplainCode = "command-not-found"  // 127 from a script; the program
	ExitIsFolder         ExplainCode = "is-folder"          // the program is a folder; its path
	ExitNotExecutable    ExplainCode = "not-executable"     // no permission to run; its path, its mode
	ExitNoInterpreter    ExplainCode = "no-interpreter"     // the script; its missing interpreter
	ExitNoLoader         ExplainCode = "no-loader"          // the program; its missing dynamic loader
	ExitCRLF             ExplainCode = "crlf"               // Windows line ends; the script, its interpreter
	ExitNoShebang        ExplainCode = "no-shebang"         // a text without #! line; its path
	ExitNotAProgram      ExplainCode = "not-a-program"      // an empty or unknown file; its path
	ExitWrongArch        ExplainCode = "wrong-architecture" // what it was built for; what the engine has
	ExitOutOfMemory      ExplainCode = "out-of-memory"      // the limit, if any
	ExitKilled           ExplainCode = "killed"             // 137 without a word of memory
	ExitCrashed          ExplainCode = "crashed"            // 132, 134, 135, 136, 139; the signal
	ExitTerminated       ExplainCode = "terminated"         // 143, 130, 129: asked to stop; the signal
	ExitNoUser           ExplainCode = "no-user"            // the user
	ExitBadWorkDir       ExplainCode = "bad-workdir"        // the folder
	ExitBadMount         ExplainCode = "bad-mount"          // the engine's words
	ExitPortTaken        ExplainCode = "port-taken"         // the engine's words
	ExitPermissionDenied ExplainCode = "permission-denied"  // the program's log says so; the log line
)

// EvidenceName names a fact, from a closed set.
type EvidenceName string

// The facts an explanation can rest on.
const (
	EvidenceExitCode   EvidenceName = "exit-code"
	EvidenceEngine     EvidenceName = "engine-message"
	EvidenceOOM        EvidenceName = "oom-killed"
	EvidenceMemory     EvidenceName = "memory-limit"
	EvidenceCommand    EvidenceName = "command"
	EvidenceFile       EvidenceName = "file"
	EvidenceMode       EvidenceName = "file-mode"
	EvidenceShebang    EvidenceName = "shebang"
	EvidenceMachine    EvidenceName = "file-architecture"
	EvidenceImageArch  EvidenceName = "image-platform"
	EvidenceEngineArch EvidenceName = "engine-platform"
	EvidenceUser       EvidenceName = "user"
	EvidenceRan        EvidenceName = "ran-for"
	EvidenceRestarts   EvidenceName = "restarts"
	EvidenceHealth     EvidenceName = "health"
	EvidenceLog        EvidenceName = "log" // one line; the last ones, in their order
)

// Evidence is one fact behind an explanation.
type Evidence struct {
	Name  EvidenceName
	Value string
}

// FixKind is what can be tried, from a closed set.
type FixKind string

// The fixes. Each but FixChangeMount, FixChangePort and FixChangeWorkDir is
// complete by itself: Apply does it.
const (
	FixAsRoot            FixKind = "as-root"
	FixKeepAlive         FixKind = "keep-alive"
	FixOtherPlatform     FixKind = "other-platform"
	FixNoHealthcheck     FixKind = "no-healthcheck"
	FixReplaceEntrypoint FixKind = "replace-entrypoint"
	FixMoreMemory        FixKind = "more-memory"
	FixChangeUser        FixKind = "change-user"
	FixChangeMount       FixKind = "change-mount"
	FixChangePort        FixKind = "change-port"
	FixChangeWorkDir     FixKind = "change-workdir"
)

// Fix is something to try, with what it needs.
type Fix struct {
	Kind     FixKind
	Platform string // FixOtherPlatform
	Memory   int64  // FixMoreMemory: the new limit in bytes
}

// Apply gives the spec with the fix in it; the person sees it in the form before
// anything is launched.
func (f Fix) Apply(spec launch.Spec) launch.Spec {
	spec = spec.Clone()
	switch f.Kind {
	case FixAsRoot:
		spec.User = "0"
	case FixChangeUser:
		spec.User = ""
	case FixKeepAlive:
		spec.KeepAlive = launch.KeepSleep
		spec.Entrypoint, spec.Cmd = nil, nil
	case FixReplaceEntrypoint:
		spec.KeepAlive = launch.KeepShell
		spec.Shell, spec.Entrypoint, spec.Cmd = nil, nil, nil
	case FixOtherPlatform:
		spec.Platform = f.Platform
	case FixMoreMemory:
		spec.Memory = f.Memory
	case FixChangeWorkDir:
		spec.WorkDir = ""
	case FixNoHealthcheck, FixChangeMount, FixChangePort:
		// A launch of ours never has a health check; the others are for a person.
	}
	return spec
}

// Explanation says in one sentence why a container is not up, on what evidence,
// and what can be tried.
type Explanation struct {
	Code     ExplainCode
	ExitCode int
	Subject  string // what the sentence is about; see the codes
	Detail   string
	Sentence string // English
	Evidence []Evidence
	Fixes    []Fix
}
