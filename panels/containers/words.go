package containers

import (
	"fmt"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers"
)

// stateWord is a container's state in the person's language.
func stateWord(c containers.Container) string {
	switch c.State {
	case "running":
		return i18n.T("containers.state_running")
	case "created":
		return i18n.T("containers.state_created")
	case "paused":
		return i18n.T("containers.state_paused")
	case "restarting":
		return i18n.T("containers.state_restarting")
	case "removing":
		return i18n.T("containers.state_removing")
	case "exited":
		return fmt.Sprintf("%s (%d)", i18n.T("containers.state_exited"), c.ExitCode)
	case "dead":
		return i18n.T("containers.state_dead")
	}
	return c.State
}

// stateLevel is the state as a dot.
func stateLevel(c containers.Container) widgets.Level {
	switch c.State {
	case "running":
		return widgets.LevelGood
	case "paused", "restarting", "removing":
		return widgets.LevelDegraded
	case "dead":
		return widgets.LevelFailed
	case "exited":
		if c.ExitCode != 0 {
			return widgets.LevelFailed
		}
	}
	return widgets.LevelUnknown
}

// problemWord says why an endpoint does not answer.
func problemWord(p containers.Problem) string {
	switch p {
	case containers.ProblemPermission:
		return i18n.T("containers.problem_permission")
	case containers.ProblemNoSocket:
		return i18n.T("containers.problem_no_socket")
	case containers.ProblemRefused:
		return i18n.T("containers.problem_refused")
	case containers.ProblemTimeout:
		return i18n.T("containers.problem_timeout")
	case containers.ProblemTLS:
		return i18n.T("containers.problem_tls")
	case containers.ProblemNotEngine:
		return i18n.T("containers.problem_not_engine")
	case containers.ProblemAPI:
		return i18n.T("containers.problem_api")
	case containers.ProblemSSH:
		return i18n.T("containers.problem_ssh")
	case containers.ProblemConfig:
		return i18n.T("containers.problem_config")
	}
	return i18n.T("containers.problem_other")
}

// originWord says why an endpoint is in the list.
func originWord(o containers.Origin, context string) string {
	switch o {
	case containers.OriginExplicit:
		return i18n.T("containers.origin_explicit")
	case containers.OriginDockerHost:
		return "DOCKER_HOST"
	case containers.OriginDockerContext:
		return "DOCKER_CONTEXT"
	case containers.OriginCurrent:
		return i18n.T("containers.origin_current", map[string]any{"Name": context})
	case containers.OriginDefault:
		return i18n.T("containers.origin_default")
	case containers.OriginContext:
		return i18n.T("containers.origin_context", map[string]any{"Name": context})
	}
	return i18n.T("containers.origin_probed")
}

// causeText says what happened and what to do; an empty text means that the
// engine's own words must do.
func causeText(err error) string {
	switch containers.CauseOf(err) {
	case containers.CauseNoEngine:
		return i18n.T("cause.no_engine")
	case containers.CausePermission:
		return i18n.T("cause.permission")
	case containers.CauseNotEngine:
		return i18n.T("cause.not_engine")
	case containers.CauseAPI:
		return i18n.T("cause.api")
	case containers.CauseConfig:
		return i18n.T("cause.config")
	case containers.CauseSSH:
		return i18n.T("cause.ssh")
	case containers.CauseTimeout:
		return i18n.T("cause.timeout")
	case containers.CauseCancelled:
		return i18n.T("cause.cancelled")
	case containers.CauseNoImage:
		return i18n.T("cause.no_image")
	case containers.CauseBadReference:
		return i18n.T("cause.bad_reference")
	case containers.CauseNameTaken:
		return i18n.T("cause.name_taken")
	case containers.CausePortTaken:
		return i18n.T("cause.port_taken")
	case containers.CauseMountMissing:
		return i18n.T("cause.mount_missing")
	case containers.CauseNoUser:
		return i18n.T("cause.no_user")
	case containers.CauseNoNetworkFor:
		return i18n.T("cause.no_such_network")
	case containers.CausePlatform:
		return i18n.T("cause.platform")
	case containers.CauseNoShell:
		return i18n.T("cause.no_shell")
	}
	return causeTextMore(err)
}

// causeTextMore has the causes that a registry or a container's state gives.
func causeTextMore(err error) string {
	switch containers.CauseOf(err) {
	case containers.CauseAuth:
		return i18n.T("cause.auth")
	case containers.CauseDenied:
		return i18n.T("cause.denied")
	case containers.CauseHelper:
		return i18n.T("cause.helper")
	case containers.CauseRateLimit:
		return i18n.T("cause.rate_limit")
	case containers.CauseTLS:
		return i18n.T("cause.tls")
	case containers.CausePlainHTTP:
		return i18n.T("cause.plain_http")
	case containers.CauseNoNetwork:
		return i18n.T("cause.no_network")
	case containers.CauseDNS:
		return i18n.T("cause.dns")
	case containers.CauseProxy:
		return i18n.T("cause.proxy")
	case containers.CauseNoSpace:
		return i18n.T("cause.no_space")
	case containers.CauseTruncated:
		return i18n.T("cause.truncated")
	case containers.CauseNotOurs:
		return i18n.T("cause.not_ours")
	case containers.CauseNotRunning:
		return i18n.T("cause.not_running")
	case containers.CauseGone:
		return i18n.T("cause.gone")
	case containers.CauseBadRequest:
		return i18n.T("cause.bad_request")
	case containers.CauseWorkDir:
		return i18n.T("cause.bad_workdir")
	case containers.CauseCapability:
		return i18n.T("cause.bad_capability")
	case containers.CauseNoDevice:
		return i18n.T("cause.no_such_device")
	}
	return ""
}

// explain is an error as a banner's text: what it means and what to do first,
// the system's words otherwise.
func explain(err error) string {
	if err == nil {
		return ""
	}
	if t := causeText(err); t != "" {
		return t
	}
	return i18n.T("cause.other", map[string]any{"Error": err.Error()})
}
