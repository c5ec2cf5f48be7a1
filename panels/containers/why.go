package containers

import (
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// whySentence says in one sentence why a container is not up.
func whySentence(w *containers.Explanation) string {
	data := map[string]any{"Subject": w.Subject, "Detail": w.Detail, "Code": w.ExitCode}
	switch w.Code {
	case containers.ExitNeverStarted:
		return i18n.T("why.never_started", data)
	case containers.ExitFinished:
		return i18n.T("why.finished", data)
	case containers.ExitShellNoInput:
		return i18n.T("why.shell_no_input", data)
	case containers.ExitShellNoArgument:
		return i18n.T("why.shell_no_argument", data)
	case containers.ExitFailed:
		return i18n.T("why.failed", data)
	case containers.ExitRefused:
		return i18n.T("why.refused", data)
	case containers.ExitNotFound:
		return i18n.T("why.not_found", data)
	case containers.ExitCommandNotFound:
		return i18n.T("why.command_not_found", data)
	case containers.ExitIsFolder:
		return i18n.T("why.is_folder", data)
	case containers.ExitNotExecutable:
		return i18n.T("why.not_executable", data)
	case containers.ExitNoInterpreter:
		return i18n.T("why.no_interpreter", data)
	case containers.ExitNoLoader:
		return i18n.T("why.no_loader", data)
	case containers.ExitCRLF:
		return i18n.T("why.crlf", data)
	}
	return whySentenceMore(w, data)
}

func whySentenceMore(w *containers.Explanation, data map[string]any) string {
	switch w.Code {
	case containers.ExitNoShebang:
		return i18n.T("why.no_shebang", data)
	case containers.ExitNotAProgram:
		return i18n.T("why.not_a_program", data)
	case containers.ExitWrongArch:
		return i18n.T("why.wrong_arch", data)
	case containers.ExitOutOfMemory:
		return i18n.T("why.out_of_memory", data)
	case containers.ExitKilled:
		return i18n.T("why.killed", data)
	case containers.ExitCrashed:
		return i18n.T("why.crashed", data)
	case containers.ExitTerminated:
		return i18n.T("why.terminated", data)
	case containers.ExitNoUser:
		return i18n.T("why.no_user", data)
	case containers.ExitBadWorkDir:
		return i18n.T("why.bad_workdir", data)
	case containers.ExitBadMount:
		return i18n.T("why.bad_mount", data)
	case containers.ExitPortTaken:
		return i18n.T("why.port_taken", data)
	case containers.ExitPermissionDenied:
		return i18n.T("why.permission_denied", data)
	}
	return w.Sentence
}

// evidenceName is a fact's name in the person's language.
func evidenceName(n containers.EvidenceName) string {
	switch n {
	case containers.EvidenceExitCode:
		return i18n.T("evidence.exit_code")
	case containers.EvidenceEngine:
		return i18n.T("evidence.engine")
	case containers.EvidenceOOM:
		return i18n.T("evidence.oom")
	case containers.EvidenceMemory:
		return i18n.T("evidence.memory")
	case containers.EvidenceCommand:
		return i18n.T("evidence.command")
	case containers.EvidenceFile:
		return i18n.T("evidence.file")
	case containers.EvidenceMode:
		return i18n.T("evidence.mode")
	case containers.EvidenceShebang:
		return i18n.T("evidence.shebang")
	case containers.EvidenceMachine:
		return i18n.T("evidence.machine")
	case containers.EvidenceImageArch:
		return i18n.T("evidence.image_arch")
	case containers.EvidenceEngineArch:
		return i18n.T("evidence.engine_arch")
	case containers.EvidenceUser:
		return i18n.T("evidence.user")
	case containers.EvidenceRan:
		return i18n.T("evidence.ran")
	case containers.EvidenceRestarts:
		return i18n.T("evidence.restarts")
	case containers.EvidenceHealth:
		return i18n.T("evidence.health")
	case containers.EvidenceLog:
		return i18n.T("evidence.log")
	}
	return string(n)
}

// evidenceText is all evidence, to be read and copied.
func evidenceText(w *containers.Explanation) string {
	var b strings.Builder
	log := false
	for _, e := range w.Evidence {
		if e.Name == containers.EvidenceLog {
			if !log {
				b.WriteString(evidenceName(e.Name) + ":\n")
				log = true
			}
			b.WriteString("  " + e.Value + "\n")
			continue
		}
		b.WriteString(evidenceName(e.Name) + ": " + e.Value + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// fixWord is the word on a fix's button.
func fixWord(f containers.Fix) string {
	switch f.Kind {
	case containers.FixAsRoot:
		return i18n.T("fix.as_root")
	case containers.FixKeepAlive:
		return i18n.T("fix.keep_alive")
	case containers.FixOtherPlatform:
		return i18n.T("fix.platform", map[string]any{"Platform": f.Platform})
	case containers.FixNoHealthcheck:
		return i18n.T("fix.no_healthcheck")
	case containers.FixReplaceEntrypoint:
		return i18n.T("fix.replace_entrypoint")
	case containers.FixMoreMemory:
		return i18n.T("fix.memory", map[string]any{"Memory": launch.FormatBytes(f.Memory)})
	case containers.FixChangeUser:
		return i18n.T("fix.change_user")
	case containers.FixChangeMount:
		return i18n.T("fix.change_mount")
	case containers.FixChangePort:
		return i18n.T("fix.change_port")
	case containers.FixChangeWorkDir:
		return i18n.T("fix.change_workdir")
	}
	return ""
}

// whyBanner shows an explanation with its evidence; apply is called with the fix
// that the person chose.
func whyBanner(w *containers.Explanation, apply func(containers.Fix)) widgets.BannerContent {
	if w == nil || w.Code == containers.ExitRunning || w.Code == "" {
		return widgets.BannerContent{}
	}
	c := widgets.BannerContent{Level: widgets.LevelFailed, Text: whySentence(w), Detail: evidenceText(w)}
	if w.Code == containers.ExitFinished || w.Code == containers.ExitNeverStarted || w.Code == containers.ExitTerminated {
		c.Level = widgets.LevelUnknown
	}
	for _, f := range w.Fixes {
		if word := fixWord(f); word != "" {
			c.Buttons = append(c.Buttons, widgets.BannerButton{Text: word, Do: func() { apply(f) }})
		}
	}
	return c
}
