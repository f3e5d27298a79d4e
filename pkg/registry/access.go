// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net/url"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
)

// Access is how a registry is approached: as whom, and by which way. The zero value and a nil *Access are both an
// anonymous caller who trusts the system's roots and goes through the environment's proxies.
//
// The client keeps one login per repository and *Access, so callers share a login by sharing the pointer. An Access
// is not changed after its first use.
type Access struct {
	// Auth gives the credentials; nil is authn.Anonymous. It is asked when a registry asks, not before.
	Auth authn.Authenticator
	// TLS trusts and identifies; nil is Go's default. Two Accesses share connections only if they share the pointer.
	TLS *tls.Config
	// Proxy is used for every host; nil follows HTTPS_PROXY, HTTP_PROXY and NO_PROXY. The schemes are http, https and
	// socks5, and user information is sent to the proxy.
	Proxy *url.URL
}

// witness is an Authenticator that remembers every secret it hands out, so that a server which repeats one in its
// answer does not get it into an error text.
type witness struct {
	authn.Authenticator

	mu      sync.Mutex
	secrets []string
}

// Authorization implements authn.Authenticator.
func (w *witness) Authorization() (*authn.AuthConfig, error) {
	config, err := w.Authenticator.Authorization()
	w.remember(config)
	return config, err
}

// AuthorizationContext implements authn.ContextAuthenticator.
func (w *witness) AuthorizationContext(ctx context.Context) (*authn.AuthConfig, error) {
	config, err := authn.Authorization(ctx, w.Authenticator)
	w.remember(config)
	return config, err
}

func (w *witness) remember(config *authn.AuthConfig) {
	if config == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets = w.secrets[:0]
	basic := base64.StdEncoding.EncodeToString([]byte(config.Username + ":" + config.Password))
	for _, secret := range []string{basic, config.Auth, config.IdentityToken, config.RegistryToken, config.Password} {
		// Shorter ones are no secrets, and blotting them out would leave no message.
		if len(secret) > 2 {
			w.secrets = append(w.secrets, secret, "REDACTED", url.QueryEscape(secret), "REDACTED")
		}
	}
}

// redact blots the secrets out of a text.
func (w *witness) redact(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.NewReplacer(w.secrets...).Replace(text)
}
