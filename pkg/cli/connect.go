// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
)

// requestTimeout bounds one request to the API server where --request-timeout says nothing.
const requestTimeout = 30 * time.Second

// connect makes a client of the cluster that flags and kubeconfig mean. Nothing is sent yet.
func (s *shell) connect() (*cluster.Client, error) {
	config, err := s.restConfig()
	if err != nil {
		return nil, err
	}
	if config.Timeout == 0 {
		config.Timeout = requestTimeout
	}
	return cluster.New(config)
}

func (s *shell) restConfig() (*rest.Config, error) {
	loader := s.config.ToRawKubeConfigLoader()
	if raw, err := loader.RawConfig(); err == nil && len(raw.Clusters) == 0 && *s.config.APIServer == "" && !s.inCluster {
		return nil, &hinted{
			err:  fmt.Errorf("no cluster to reach: there is none in the kubeconfig (%s)", s.kubeconfigFiles(loader)),
			hint: "--kubeconfig=FILE or KUBECONFIG names another; --export prints the manifest and needs no cluster",
		}
	}
	config, err := s.config.ToRESTConfig()
	if err != nil {
		return nil, &hinted{err: fmt.Errorf("reading the kubeconfig: %w", err), hint: "kubectl config view shows what is in it"}
	}
	config.WarningHandler = warningHandler{s}
	if s.verbosity > 0 {
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { return requestLog{s, next} })
	}
	return config, nil
}

func (s *shell) kubeconfigFiles(loader clientcmd.ClientConfig) string {
	access := loader.ConfigAccess()
	if access.IsExplicitFile() {
		return access.GetExplicitFile()
	}
	return access.GetDefaultFilename()
}

// warningHandler passes on what the API server warns of, such as versions that are on their way out.
type warningHandler struct{ *shell }

func (h warningHandler) HandleWarningHeader(code int, _ string, message string) {
	if code == http.StatusNonAuthoritativeInfo || code == 299 {
		h.warn(message)
	}
}

// requestLog tells each request, without its headers: they hold the credentials.
type requestLog struct {
	*shell
	next http.RoundTripper
}

func (l requestLog) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.next.RoundTrip(request)
	outcome := "failed"
	if err == nil {
		outcome = response.Status
	}
	fmt.Fprintf(l.ErrOut, "%s %s: %s\n", request.Method, request.URL.Redacted(), outcome)
	return response, err
}

// explain puts an error of the API server into a sentence with a next step. What was tried, as "apply imagepolicies in
// namespace x", is only said where the server does not.
func explain(err error, namespace string) error {
	var notServed *cluster.NotServedError
	var unreachable *url.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &notServed) && len(notServed.Versions) == 0:
		return &hinted{err: err, hint: "flux install --components-extra=image-reflector-controller,image-automation-controller, or --export and no cluster"}
	case errors.As(err, &notServed):
		return &hinted{err: err, hint: "leave out --api-version, and the newest that is served is taken"}
	case apierrors.IsForbidden(err):
		return &hinted{err: err, hint: "kubectl auth can-i --list -n " + namespace + " shows what is allowed; manifests/rbac has a role for each command"}
	case apierrors.IsUnauthorized(err):
		return &hinted{err: errors.New("the API server does not accept the credentials of the kubeconfig"), hint: "kubectl auth whoami tells whether kubectl gets in"}
	case apierrors.IsNotFound(err):
		return &hinted{err: err, hint: "kubectl create namespace " + namespace + ", if that is what is missing"}
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted")
	case errors.As(err, &unreachable):
		server := unreachable.URL
		if parsed, parseErr := url.Parse(server); parseErr == nil {
			server = parsed.Scheme + "://" + parsed.Host
		}
		return &hinted{err: fmt.Errorf("reaching the API server %s: %w", server, unreachable.Err), hint: "kubectl cluster-info tells whether kubectl reaches it; --export needs no cluster"}
	}
	return err
}
