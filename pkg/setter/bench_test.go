// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package setter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-image/kubectl-image/pkg/setter"
)

// bundle is a Deployment, a Service and a ConfigMap in 4.7 KB, with one mark.
func bundle() []byte {
	deployment := `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: web
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web
        app.kubernetes.io/part-of: shop
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
        - name: web
          image: ghcr.io/acme/web:1.2.2 # {"$imagepolicy": "shop:web"}
          args: [serve, --port=8080]
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: "info"
            - name: PASSWORD
              valueFrom:
                secretKeyRef: {name: web, key: password}
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
`
	service := `---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app.kubernetes.io/name: web
  ports:
    - name: http
      port: 80
      targetPort: http
`
	config := "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\ndata:\n"
	for i := 0; len(deployment)+len(service)+len(config) < 4700; i++ {
		config += fmt.Sprintf("  setting-%03d: \"some value of medium length, number %d\"\n", i, i)
	}
	return []byte(deployment + service + config)
}

func BenchmarkSet(b *testing.B) {
	src, known := bundle(), policies(b, map[string]setter.Policy{"web": {Latest: setter.Ref{Name: "ghcr.io/acme/web", Tag: "1.2.3"}}})
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if res := setter.Set("f.yaml", src, known); len(res.Marks) != 1 || res.Marks[0].Outcome != setter.Changed {
			b.Fatal(report(res))
		}
	}
}

// BenchmarkFind reads one document of 1 MB, of whose lines one in a hundred has a mark.
func BenchmarkFind(b *testing.B) {
	var text strings.Builder
	text.WriteString("images:\n")
	for i := 0; text.Len() < 1<<20; i++ {
		if i%100 == 0 {
			fmt.Fprintf(&text, "  image-%06d: ghcr.io/acme/web:1.2.2 %s\n", i, mark)
			continue
		}
		fmt.Fprintf(&text, "  setting-%06d: some value of medium length\n", i)
	}
	src := []byte(text.String())
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if marks, problems := setter.Find("f.yaml", src); len(marks) < 200 || len(problems) > 0 {
			b.Fatal(len(marks), problems)
		}
	}
}

// BenchmarkFindNone is what a file without marks costs.
func BenchmarkFindNone(b *testing.B) {
	src := []byte(strings.ReplaceAll(string(bundle()), mark[2:], ""))
	src = []byte(strings.ReplaceAll(string(src), "$imagepolicy", "imagepolicy"))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if marks, _ := setter.Find("f.yaml", src); len(marks) > 0 {
			b.Fatal(marks)
		}
	}
}
