package containers

import "strings"

const (
	hintLogin = "sign in with \"docker login\", or check the credentials in config.json"
	hintDNS   = "check the name and the engine's DNS"
	hintReach = "check the address, the network and the engine's proxy"
	hintTLS   = "give the engine the registry's CA certificate (certs.d/HOST/ca.crt)"
	hintPlain = "the registry speaks plain http: add it to the engine's insecure-registries"
)

// engineText is one phrase an engine or the registry behind it uses.
type engineText struct {
	phrase string // lower case
	cause  Cause
	hint   string
}

// engineTexts is searched from the top: a proxy's refusal also says "connection
// refused", a rate limit also says "denied". Engines send nothing but words for
// what a registry said, so there is no code to look at instead; each phrase is
// covered by a test with the whole message it was seen in.
var engineTexts = []engineText{
	{"toomanyrequests", CauseRateLimit, "wait, or sign in to the registry for a higher limit"},
	{"too many requests", CauseRateLimit, "wait, or sign in to the registry for a higher limit"},
	{"pull rate limit", CauseRateLimit, "wait, or sign in to the registry for a higher limit"},
	{"proxyconnect", CauseProxy, "check the engine's proxy settings"},
	{"proxy authentication required", CauseProxy, "check the engine's proxy settings"},
	{"no space left on device", CauseNoSpace, "free space on the engine's disk"},

	{"no matching manifest", CausePlatform, "choose another platform, or another image"},
	{"does not match the specified platform", CausePlatform, "choose the platform the image has"},
	{"does not provide the specified platform", CausePlatform, "choose the platform the image has"},
	{"no image found in manifest list", CausePlatform, "choose another platform, or another image"},
	{"no image found in image index", CausePlatform, "choose another platform, or another image"},
	{"unknown operating system or architecture", CausePlatform, "platforms look like linux/amd64"},
	{"platform specifier", CausePlatform, "platforms look like linux/amd64"},
	{"invalid platform", CausePlatform, "platforms look like linux/amd64"},
	{"exec format error", CausePlatform, "the image is for another architecture"},

	{"server gave http response to https client", CausePlainHTTP, hintPlain},
	{"first record does not look like a tls handshake", CausePlainHTTP, hintPlain},
	{"x509:", CauseTLS, hintTLS},
	{"tls: ", CauseTLS, hintTLS},
	{"certificate signed by unknown authority", CauseTLS, hintTLS},
	{"certificate is not trusted", CauseTLS, hintTLS},

	{"no such host", CauseDNS, hintDNS},
	{"temporary failure in name resolution", CauseDNS, hintDNS},
	{"server misbehaving", CauseDNS, hintDNS},
	{"name resolution", CauseDNS, hintDNS},

	{"unauthorized", CauseAuth, hintLogin},
	{"no basic auth credentials", CauseAuth, hintLogin},
	{"authentication required", CauseAuth, hintLogin},
	{"incorrect username or password", CauseAuth, hintLogin},
	{"invalid username/password", CauseAuth, hintLogin},
	{"unable to retrieve auth token", CauseAuth, hintLogin},
	{"status: 401", CauseAuth, hintLogin},
	{"pull access denied", CauseDenied, "check the name; for a private image " + hintLogin},
	{"requested access to the resource is denied", CauseDenied, "check the name; for a private image " + hintLogin},
	{"status: 403", CauseDenied, "check what the account may pull"},
	{"403 forbidden", CauseDenied, "check what the account may pull"},

	{"manifest unknown", CauseNoImage, "check the tag"},
	{"name unknown", CauseNoImage, "check the name"},
	{"repository name not known", CauseNoImage, "check the name"},
	{"no such image", CauseNoImage, "pull it, or check the name"},
	{"image not known", CauseNoImage, "pull it, or check the name"},
	{"failed to find image", CauseNoImage, "pull it, or check the name"},
	{"unable to find image", CauseNoImage, "pull it, or check the name"},
	{"invalid reference format", CauseBadReference, "references look like host/name:tag"},
	{"invalid repository name", CauseBadReference, "references look like host/name:tag"},
	{"repository name must be lowercase", CauseBadReference, "names of images are in lower case"},

	{"port is already allocated", CausePortTaken, "choose another host port"},
	{"address already in use", CausePortTaken, "choose another host port"},
	{"ports are not available", CausePortTaken, "choose another host port"},
	{"bind source path does not exist", CauseMountMissing, "create it on the engine's machine, or choose another source"},
	{"error mounting", CauseMountMissing, "check that source and target are both files or both folders"},
	{"statfs", CauseMountMissing, "create it on the engine's machine, or choose another source"},
	{"unable to find user", CauseNoUser, "choose a user that the image has, or a number"},
	{"unable to find group", CauseNoUser, "choose a group that the image has, or a number"},
	{"no matching entries in passwd file", CauseNoUser, "choose a user that the image has, or a number"},
	{"no matching entries in group file", CauseNoUser, "choose a group that the image has, or a number"},
	{"executable file not found", CauseNoShell, "choose a program that the image has"},
	{"is already in use by container", CauseNameTaken, "choose another name"},
	{"name is already in use", CauseNameTaken, "choose another name"},
	{"the container name", CauseNameTaken, "choose another name"},
	{"no such container", CauseGone, ""},
	{"no container with name or id", CauseGone, ""},
	{"no such exec", CauseGone, ""},
	{"is not running", CauseNotRunning, "start it first"},
	// The container ended between the question and the exec ("in a deleted state",
	// "in a stopped state", "in a stopped container").
	{"cannot exec in a", CauseNotRunning, "start it first"},
	{"ttrpc: closed", CauseNotRunning, "start it first"}, // the container ended while the engine asked for the process
	{"is paused", CauseNotRunning, "unpause it first"},
	{"is restarting", CauseNotRunning, "wait, or stop it first"},
	{"container state improper", CauseNotRunning, "start it first"},
	{"network not found", CauseNoNetworkFor, "choose a network that the engine has"},
	{"could not find a network", CauseNoNetworkFor, "choose a network that the engine has"},
	{"unable to find network", CauseNoNetworkFor, "choose a network that the engine has"},

	{"client version", CauseAPI, "the engine does not speak this version of its API"},
	{"requires api version", CauseAPI, "the engine is too old for this"},

	{"proxy", CauseProxy, "check the engine's proxy settings"},
	{"tls handshake timeout", CauseNoNetwork, hintReach},
	{"client.timeout exceeded", CauseNoNetwork, hintReach},
	{"i/o timeout", CauseNoNetwork, hintReach},
	{"request canceled while waiting for connection", CauseNoNetwork, hintReach},
	{"context deadline exceeded", CauseNoNetwork, hintReach},
	{"connection refused", CauseNoNetwork, hintReach},
	{"connection reset by peer", CauseNoNetwork, hintReach},
	{"network is unreachable", CauseNoNetwork, hintReach},
	{"no route to host", CauseNoNetwork, hintReach},
	{"bad gateway", CauseNoNetwork, hintReach},
	{"service unavailable", CauseNoNetwork, hintReach},
	{"unexpected eof", CauseTruncated, "the connection broke off; try again"},
}

// causeFromText classifies a message of an engine; CauseNone when it says
// nothing known.
func causeFromText(message string) (Cause, string) {
	message = strings.ToLower(message)
	if strings.TrimPrefix(message, "error response from daemon: ") == "denied" {
		// All that is left of a registry's answer without a message.
		return CauseDenied, "check what the account may pull"
	}
	for _, t := range engineTexts {
		if strings.Contains(message, t.phrase) {
			return t.cause, t.hint
		}
	}
	return CauseNone, ""
}
