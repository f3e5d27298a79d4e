// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package rigtest

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// Registry starts the CNCF distribution registry on loopback, empty, in memory, for one test, and returns its
// HOST:PORT. The config is added to its configuration file: what HTPasswd and TLS return, or sections in
// distribution's own YAML; storage is taken. Without any it serves anonymous users over HTTP.
func (r *Rig) Registry(t testing.TB, config ...string) string {
	t.Helper()
	r.Program(t, "registry")
	file := filepath.Join(t.TempDir(), "registry.yaml")
	content := "version: 0.1\nstorage: {inmemory: {}, delete: {enabled: true}}\n" + strings.Join(config, "")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// The context kills it; only then do the cleanups run.
	cmd := exec.CommandContext(t.Context(), r.launcher("registry"), "serve", file)
	cmd.Env = []string{"REGISTRY_HTTP_ADDR=127.0.0.1:0", "REGISTRY_LOG_LEVEL=info", "OTEL_TRACES_EXPORTER=none"}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting the registry: %v", err)
	}
	listening := regexp.MustCompile(`listening on (127\.0\.0\.1:[0-9]+)`)
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				_, _ = io.Copy(io.Discard, stderr)
			}()
			t.Cleanup(func() {
				<-drained
				_ = cmd.Wait() // it was killed
			})
			return found[1]
		}
		said.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("starting the registry: %v\n%s", cmd.Wait(), &said)
	return ""
}

// HTPasswd returns the configuration of a registry that lets in one user.
func HTPasswd(t testing.TB, user, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "htpasswd")
	if err := os.WriteFile(file, fmt.Appendf(nil, "%s:%s\n", user, hash), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("auth: {htpasswd: {realm: rig, path: %q}}\n", file)
}

// TLS returns the configuration of a registry that serves HTTPS, and the PEM of the authority to trust for it.
func TLS(t testing.TB) (config string, ca []byte) {
	t.Helper()
	// httptest has a certificate for 127.0.0.1 that is its own authority.
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair := server.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})
	dir := t.TempDir()
	crtFile, keyFile := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	if err := os.WriteFile(crtFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("http: {tls: {certificate: %q, key: %q}}\n", crtFile, keyFile), ca
}
