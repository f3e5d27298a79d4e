// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"time"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-image/kubectl-image/pkg/cluster"
	"github.com/kubectl-image/kubectl-image/pkg/manifest"
)

// Completion is asked between two keystrokes. Whatever is in its way, it says nothing, soon. Of Secrets and service
// accounts it does not ask: who may type their names need not be allowed to list them.
const (
	completionTime  = 2 * time.Second
	completionLimit = 500
)

func imageResource(resource string) schema.GroupResource {
	return schema.GroupResource{Group: imagev1.GroupVersion.Group, Resource: resource}
}

func gitRepositories() schema.GroupResource {
	return schema.GroupResource{Group: sourcev1.GroupVersion.Group, Resource: "gitrepositories"}
}

// names are the names of objects in the cluster: in the namespace that the named flag says, where it is given, else in
// the one that the command works in.
func (s *shell) names(resource schema.GroupResource, namespaceFlag string) choices {
	return func(cmd *cobra.Command, _ []string) []string {
		list := cluster.List{Resource: resource, Versions: manifest.Versions(), Limit: completionLimit}
		if resource.Group == "" {
			list.Versions = []string{"v1"}
		} else if flag := cmd.Flags().Lookup(namespaceFlag); flag != nil && flag.Changed {
			list.Namespace = flag.Value.String()
		} else if namespace, err := s.namespace(); err == nil {
			list.Namespace = namespace
		} else {
			return nil
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		// Not everything heeds a context: a credential plugin of the kubeconfig runs as long as it likes.
		found := make(chan []string, 1)
		go func() {
			names, _ := s.listNames(ctx, list)
			found <- names
		}()
		select {
		case names := <-found:
			return names
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *shell) listNames(ctx context.Context, list cluster.List) ([]string, error) {
	config, err := s.config.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	config.Timeout = completionTime
	config.WarningHandlerWithContext = rest.NoWarnings{}
	if config.ExecProvider != nil {
		// What is typed belongs to the shell.
		config.ExecProvider.StdinUnavailable = true
	}
	return cluster.Names(ctx, config, list)
}

// kubeconfigNames are names in the kubeconfig. No server is asked.
func kubeconfigNames(s *shell, choose func(clientcmdapi.Config) []string) choices {
	return func(*cobra.Command, []string) []string {
		config, err := s.config.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil
		}
		return choose(config)
	}
}
