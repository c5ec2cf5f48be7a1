package registry

import (
	"errors"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// explain says in the person's language why something did not work and what to do.
// The error's own words stand beside it as evidence.
func explain(err error) string {
	var own *registry.Error
	if !errors.As(err, &own) {
		own = &registry.Error{Cause: registry.CauseOf(err), Err: err}
	}
	switch own.Cause {
	case registry.CauseAddress:
		return i18n.T("registry.err_address")
	case registry.CauseDNS:
		return i18n.T("registry.err_dns")
	case registry.CauseConnect:
		return i18n.T("registry.err_connect")
	case registry.CauseTimeout:
		return i18n.T("registry.err_timeout")
	case registry.CauseProxy:
		return i18n.T("registry.err_proxy")
	case registry.CauseUnknownCA:
		return i18n.T("registry.err_unknown_ca")
	case registry.CauseExpired:
		return i18n.T("registry.err_expired")
	case registry.CauseName:
		return i18n.T("registry.err_name")
	case registry.CauseTLS:
		return i18n.T("registry.err_tls")
	case registry.CauseFingerprint:
		return i18n.T("registry.err_fingerprint")
	case registry.CausePlain:
		return i18n.T("registry.err_plain")
	case registry.CauseRedirect:
		return i18n.T("registry.err_redirect")
	case registry.CauseRealm:
		return i18n.T("registry.err_realm", map[string]any{"Host": orDash(clean(own.Host))})
	case registry.CauseNotRegistry:
		return i18n.T("registry.err_not_registry")
	}
	return explainAnswer(own)
}

// explainAnswer is explain for what the server itself answered.
func explainAnswer(own *registry.Error) string {
	switch own.Cause {
	case registry.CauseBroken:
		return i18n.T("registry.err_broken")
	case registry.CauseTooLarge:
		return i18n.T("registry.err_too_large")
	case registry.CauseCredential:
		return i18n.T("registry.err_credential")
	case registry.CauseStopped:
		return i18n.T("registry.err_stopped")
	case registry.CauseAnonymous:
		return i18n.T("registry.err_anonymous")
	case registry.CauseNotForOIDC:
		return i18n.T("registry.err_oidc")
	case registry.CauseForbidden:
		if own.Right != "" {
			return i18n.T("registry.err_right", map[string]any{"Right": clean(own.Right)})
		}
		return i18n.T("registry.err_forbidden")
	case registry.CauseNotFound:
		return i18n.T("registry.err_not_found")
	case registry.CauseTooOld:
		return i18n.T("registry.err_too_old", map[string]any{"Version": orDash(clean(own.Since))})
	case registry.CauseConflict:
		return i18n.T("registry.err_conflict")
	case registry.CausePolicy:
		return i18n.T("registry.err_policy")
	case registry.CauseRequest:
		return i18n.T("registry.err_request")
	case registry.CauseTooMany:
		if own.RetryAfter > 0 {
			return i18n.T("registry.err_too_many_wait", map[string]any{"Time": duration(own.RetryAfter)})
		}
		return i18n.T("registry.err_too_many")
	case registry.CauseServer:
		return i18n.T("registry.err_server")
	case registry.CauseKeychain:
		return i18n.T("registry.err_keychain")
	case registry.CauseHelper:
		return i18n.T("registry.err_helper")
	case registry.CauseUnsupported:
		return i18n.T("registry.err_unsupported")
	}
	return i18n.T("registry.err_other") + " " + registry.Clean(own.Error(), 300)
}

// severityWord is a severity in the person's language.
func severityWord(s string) string {
	switch s {
	case "Critical":
		return i18n.T("registry.severity_critical")
	case "High":
		return i18n.T("registry.severity_high")
	case "Medium":
		return i18n.T("registry.severity_medium")
	case "Low":
		return i18n.T("registry.severity_low")
	case "Negligible":
		return i18n.T("registry.severity_negligible")
	case "None":
		return i18n.T("registry.severity_none")
	case "Unknown":
		return i18n.T("registry.severity_unknown")
	}
	return registry.Clean(s, 40)
}

// levelWord says a state where no dot can stand.
func levelWord(l widgets.Level) string {
	switch l {
	case widgets.LevelGood:
		return i18n.T("registry.level_good")
	case widgets.LevelDegraded:
		return i18n.T("registry.level_degraded")
	case widgets.LevelFailed:
		return i18n.T("registry.level_failed")
	}
	return i18n.T("registry.level_unknown")
}

// stateWord is the state of a job, and its dot.
func stateWord(s harbor.State) (widgets.Level, string) {
	switch s {
	case harbor.StateRunning:
		return widgets.LevelUnknown, i18n.T("registry.state_running")
	case harbor.StateRetrying:
		return widgets.LevelDegraded, i18n.T("registry.state_retrying")
	case harbor.StateSuccess:
		return widgets.LevelGood, i18n.T("registry.state_success")
	case harbor.StateFailed:
		return widgets.LevelFailed, i18n.T("registry.state_failed")
	case harbor.StateStopped:
		return widgets.LevelUnknown, i18n.T("registry.state_stopped")
	case ops.StateWaiting:
		return widgets.LevelUnknown, i18n.T("registry.state_waiting")
	}
	return widgets.LevelUnknown, registry.Clean(string(s), 40)
}

// jobWord is the kind of a job as people call it; Harbor's own word is kept where
// there is no other.
func jobWord(kind string) string {
	switch kind {
	case "REPLICATION":
		return i18n.T("registry.job_replication")
	case "GARBAGE_COLLECTION":
		return i18n.T("registry.job_gc")
	case "IMAGE_SCAN":
		return i18n.T("registry.job_scan")
	case "RETENTION":
		return i18n.T("registry.job_retention")
	case "WEBHOOK":
		return i18n.T("registry.job_webhook")
	case "P2P_PREHEAT":
		return i18n.T("registry.job_preheat")
	case "PURGE_AUDIT_LOG":
		return i18n.T("registry.job_purge_audit")
	case "EXECUTION_SWEEP":
		return i18n.T("registry.job_sweep")
	case "SYSTEM_ARTIFACT_CLEANUP":
		return i18n.T("registry.job_cleanup")
	case "SCAN_DATA_EXPORT":
		return i18n.T("registry.job_export")
	}
	return registry.Clean(kind, 60)
}
