package containers

import (
	"errors"

	"tacklebox/panels/i18n"
	"tacklebox/platform/containers/launch"
)

// inputText says what is wrong with something typed, and where.
func inputText(err error) string {
	var in *launch.InputError
	if errors.As(err, &in) {
		if name := inputField(in.Field); name != "" {
			return name + i18n.T("input.colon") + inputReason(err)
		}
	}
	return inputReason(err)
}

// inputReason says what is wrong with something typed.
func inputReason(err error) string {
	var in *launch.InputError
	if !errors.As(err, &in) {
		return err.Error()
	}
	data := map[string]any{"Text": in.Text}
	switch in.Reason {
	case launch.ReasonEmpty:
		return i18n.T("input.empty", data)
	case launch.ReasonTooLong:
		return i18n.T("input.too_long", data)
	case launch.ReasonMalformed:
		return i18n.T("input.malformed", data)
	case launch.ReasonCharacter:
		return i18n.T("input.character", data)
	case launch.ReasonRange:
		return i18n.T("input.range", data)
	case launch.ReasonRelative:
		return i18n.T("input.relative", data)
	case launch.ReasonDuplicate:
		return i18n.T("input.duplicate", data)
	case launch.ReasonConflict:
		return i18n.T("input.conflict", data)
	}
	return i18n.T("input.unknown", data)
}

// inputField is a field's name in the person's language.
func inputField(field string) string {
	switch field {
	case "image", "reference":
		return i18n.T("containers.fact_image")
	case "shell":
		return i18n.T("containers.form_shell")
	case "entrypoint", "arguments", "command":
		return i18n.T("containers.form_command")
	case "user":
		return i18n.T("containers.form_user")
	case "workdir":
		return i18n.T("containers.form_workdir")
	case "name":
		return i18n.T("containers.form_name")
	case "variable", "env":
		return i18n.T("containers.form_env")
	case "mount", "tmpfs":
		return i18n.T("containers.form_mounts")
	case "port":
		return i18n.T("containers.form_ports")
	case "network":
		return i18n.T("containers.form_networks")
	case "platform":
		return i18n.T("containers.form_platform")
	case "memory", "size":
		return i18n.T("containers.form_memory")
	case "CPUs":
		return i18n.T("containers.form_cpus")
	case "pids":
		return i18n.T("containers.form_pids")
	}
	return ""
}
