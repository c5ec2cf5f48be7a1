package fakeharbor

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// principal is who asks.
type principal struct {
	name   string
	kind   string // "", user, robot, oidc
	admin  bool
	sees   []string
	rights []string
	// failed is true for a credential that is wrong: Harbor goes on as for nobody.
	failed bool
}

// who reads the credential. The caller holds the lock.
func (h *Harbor) who(r *http.Request) principal {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return h.tokens[token]
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return principal{}
	}
	if u := h.Users[name]; u != nil {
		switch {
		case u.Password != "" && u.Password == password:
			return principal{name: name, kind: "user", admin: u.Admin, sees: u.Projects}
		case u.Secret != "" && u.Secret == password:
			return principal{name: name, kind: "oidc", sees: u.Projects}
		}
	}
	for _, b := range h.Robots {
		if b.Name == name && b.Secret == password && (b.Expires <= 0 || h.now().Unix() < b.Expires) {
			return principal{name: name, kind: "robot", rights: b.Rights}
		}
	}
	h.failedLogins++
	return principal{failed: true}
}

// can is whether somebody has a right in a namespace: "/" or a project.
func (p principal) can(namespace, right string) bool {
	if p.admin {
		return true
	}
	kind := "project"
	if namespace == "/" {
		kind = "system"
	}
	return slices.Contains(p.rights, kind+" "+namespace+" "+right) || kind == "project" && slices.Contains(p.rights, kind+" * "+right)
}

// reads is whether somebody may read a project.
func (p principal) reads(x *Project, right string) bool {
	return x.Public() || p.can(x.Name, right) || slices.Contains(p.sees, x.Name)
}

// need answers for who may not, and tells whether the request may go on.
func (h *Harbor) need(w http.ResponseWriter, p principal, right string) bool {
	switch {
	case p.kind == "" || p.kind == "oidc":
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "UnAuthorized")
		return false
	case !p.can("/", right):
		fail(w, http.StatusForbidden, "FORBIDDEN", "forbidden")
		return false
	}
	return true
}

// token is the token service. It answers 200 also when it grants nothing.
func (h *Harbor) token(w http.ResponseWriter, r *http.Request, p principal) {
	if p.kind == "" && r.URL.Query().Get("scope") == "" {
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "unauthorized")
		return
	}
	claims, _ := json.Marshal(map[string]any{"sub": p.name, "scope": r.URL.Query()["scope"]})
	token := "e30." + base64.RawURLEncoding.EncodeToString(claims) + "." + fmt.Sprint(len(h.tokens))
	h.tokens[token] = p
	reply(w, http.StatusOK, map[string]any{"token": token, "access_token": "", "expires_in": 1800, "issued_at": h.now().Format(time.RFC3339)})
}

func (h *Harbor) challenge(w http.ResponseWriter, r *http.Request) {
	scheme := "http"
	if strings.HasPrefix(h.ExternalURL, "https") && !h.PlainRealm {
		scheme = "https"
	}
	realm := scheme + "://" + r.Host + "/service/token"
	if h.Realm != "" {
		realm = h.Realm
	}
	w.Header().Set("Www-Authenticate", `Bearer realm="`+realm+`",service="harbor-registry"`)
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	fail(w, http.StatusUnauthorized, "UNAUTHORIZED", "unauthorized: unauthorized")
}

// reply writes JSON as Harbor does, with a line end.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked may be gone
}

func fail(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}
