module github.com/kubectl-image/kubectl-image

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/google/go-containerregistry v0.21.6
	go.yaml.in/yaml/v3 v3.0.4
	golang.org/x/tools v0.45.0
	k8s.io/cli-runtime v0.36.3
)

require github.com/opencontainers/go-digest v1.0.0 // indirect
