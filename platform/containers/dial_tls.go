package containers

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	clicontext "github.com/docker/cli/cli/context"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/docker/go-connections/tlsconfig"
)

// tlsFor finds the certificates for ep: those of its context, else those that
// DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH name. It returns nil for an
// endpoint without TLS.
func tlsFor(ep Endpoint, o Options) (*tls.Config, error) {
	bad := func(text string, err error) error {
		return &reachError{problem: ProblemTLS, text: "TLS: " + text, hint: "check ca.pem, cert.pem and key.pem", err: err}
	}
	var (
		data *clicontext.TLSData
		skip = ep.SkipTLSVerify
		err  error
	)
	if ep.Context != "" {
		contexts := store.New(filepath.Join(o.configDir(), "contexts"), store.Config{})
		if data, err = clicontext.LoadTLSData(contexts, ep.Context, docker.DockerEndpoint); err != nil {
			return nil, bad("cannot read the certificates of context "+ep.Context+": "+err.Error(), err)
		}
	} else {
		verify := o.Getenv("DOCKER_TLS_VERIFY") != ""
		if verify || o.Getenv("DOCKER_TLS") != "" {
			skip = !verify
			if data, err = tlsFromFolder(o); err != nil {
				return nil, bad(err.Error(), err)
			}
		}
	}
	if data == nil && !skip {
		if hasScheme(ep.Host, "https") {
			return tlsconfig.ClientDefault(), nil
		}
		return nil, nil
	}
	config := tlsconfig.ClientDefault()
	config.InsecureSkipVerify = skip
	if data == nil {
		return config, nil
	}
	if data.CA != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data.CA) {
			return nil, bad("ca.pem holds no certificate", nil)
		}
	}
	if data.Cert != nil || data.Key != nil {
		pair, err := tls.X509KeyPair(data.Cert, data.Key)
		if err != nil {
			return nil, bad("cert.pem and key.pem: "+err.Error(), err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// tlsFromFolder reads the three files of DOCKER_CERT_PATH, which the CLI looks
// for in its own folder when that is not set. Any of them may be absent.
func tlsFromFolder(o Options) (*clicontext.TLSData, error) {
	dir := o.Getenv("DOCKER_CERT_PATH")
	if dir == "" {
		dir = o.configDir()
	}
	var data clicontext.TLSData
	for name, to := range map[string]*[]byte{"ca.pem": &data.CA, "cert.pem": &data.Cert, "key.pem": &data.Key} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		*to = content
	}
	return &data, nil
}
