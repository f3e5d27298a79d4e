module github.com/kubectl-image/kubectl-image

go 1.26.0

require k8s.io/cli-runtime v0.36.3
