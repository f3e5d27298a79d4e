// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package rigtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// The sets of CustomResourceDefinitions a cluster can have: directories below the repository's root.
const (
	NoCRDs = ""
	Flux29 = "manifests/crds"         // v1
	Flux27 = "testdata/crds/flux-2.7" // v1, and v1beta2 with a warning
	Flux26 = "testdata/crds/flux-2.6" // v1beta2 and v1beta1 (GitRepository: v1 too)
)

// Cluster is a running API server. The tests of a process share it, so each works in a namespace of its own.
type Cluster struct {
	Config     *rest.Config // of a member of system:masters
	Kubeconfig string       // the same as a file

	kubectl string
	audit   string
	env     envtest.Environment
	err     error // why it is not running

	users sync.Mutex // envtest numbers certificates without a lock
}

// Cluster returns the API server with the named set of CRDs, and starts it for the first test that asks.
func (r *Rig) Cluster(t testing.TB, crds string) *Cluster {
	t.Helper()
	kubectl, _, _ := r.Program(t, "kubectl"), r.Program(t, "etcd"), r.Program(t, "kube-apiserver")
	r.mu.Lock()
	defer r.mu.Unlock()
	c, started := r.clusters[crds]
	if !started {
		// envtest picks a port before the server takes it, and waits but seconds for the default namespace: a busy
		// machine deserves another attempt.
		for attempt := 0; attempt < 3 && (c == nil || c.err != nil); attempt++ {
			c = &Cluster{kubectl: kubectl}
			if c.err = c.start(r, crds); c.err != nil {
				c.err = errors.Join(c.err, c.env.Stop())
			}
		}
		if r.clusters == nil {
			r.clusters = map[string]*Cluster{}
		}
		r.clusters[crds] = c
	}
	if c.err != nil {
		t.Fatalf("starting the API server: %v", c.err)
	}
	return c
}

func (c *Cluster) start(r *Rig, crds string) error {
	dir, err := os.MkdirTemp(r.dir, "cluster-*")
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	// At RequestReceived an event is in the file before the request is answered.
	policy := filepath.Join(dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(`apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [ResponseStarted, ResponseComplete, Panic]
rules: [{level: Metadata}]
`), 0o600); err != nil {
		return err
	}
	c.audit = filepath.Join(dir, "audit")
	c.env.UseExistingCluster = new(bool) // whatever the environment says
	c.env.ControlPlaneStartTimeout, c.env.ControlPlaneStopTimeout = 5*time.Minute, time.Minute
	c.env.CRDInstallOptions.MaxTime = time.Minute
	c.env.ControlPlane.Etcd = &envtest.Etcd{
		Path: r.launcher("etcd"), DataDir: filepath.Join(dir, "etcd"), Out: log, Err: log,
	}
	c.env.ControlPlane.APIServer = &envtest.APIServer{
		Path: r.launcher("kube-apiserver"), CertDir: dir, Out: log, Err: log,
	}
	c.env.ControlPlane.APIServer.Configure().
		Set("audit-policy-file", policy).
		Set("audit-log-path", c.audit).
		Set("audit-log-mode", "blocking")
	if crds != NoCRDs {
		c.env.CRDDirectoryPaths = []string{filepath.Join(r.root, crds)}
		c.env.ErrorIfCRDPathMissing = true
	}
	if c.Config, err = c.env.Start(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%w; its log ends:\n%s", err, said[max(0, len(said)-4096):])
	}
	c.Kubeconfig = filepath.Join(dir, "kubeconfig")
	return os.WriteFile(c.Kubeconfig, c.env.KubeConfig, 0o600)
}

// Kubectl runs the rig's kubectl as administrator with the given standard input, and returns what it printed on
// stdout. The test fails if kubectl does.
func (c *Cluster) Kubectl(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.kubectl, args...)
	// kubectl caches discovery below HOME.
	cmd.Env = []string{"KUBECONFIG=" + c.Kubeconfig, "HOME=" + filepath.Dir(c.Kubeconfig)}
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running kubectl %q: %v\n%s", args, err, &stderr)
	}
	return string(out)
}

// Namespace makes a namespace nobody else has and returns its name.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	c.create(t, c.Config, ns)
	return ns.Name
}

// User makes a user who may do what the named ClusterRoles allow in every namespace, and returns how to connect as
// this user. The name must be of one test only. From the return on the roles are in force, if they exist; view, edit
// and admin are empty, as no controller gathers their rules.
func (c *Cluster) User(t testing.TB, name string, clusterRoles ...string) *rest.Config {
	t.Helper()
	c.users.Lock()
	user, err := c.env.AddUser(envtest.User{Name: name}, c.Config)
	c.users.Unlock()
	if err != nil {
		t.Fatalf("adding the user %q: %v", name, err)
	}
	// The API server sees roles and bindings when its informers do, in the order they were made. So a last role of
	// this user's own, once in force, proves that the others are.
	path := "/rigtest/" + name
	last := &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "rigtest-"},
		Rules:      []rbacv1.PolicyRule{{Verbs: []string{"get"}, NonResourceURLs: []string{path}}},
	}
	c.create(t, c.Config, last)
	for _, role := range append(clusterRoles, last.Name) {
		c.create(t, c.Config, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{GenerateName: "rigtest-"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		})
	}
	inForce := func(context.Context) (bool, error) {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			NonResourceAttributes: &authorizationv1.NonResourceAttributes{Path: path, Verb: "get"},
		}}
		c.create(t, user.Config(), review)
		return review.Status.Allowed, nil
	}
	if err := wait.PollUntilContextCancel(t.Context(), 5*time.Millisecond, true, inForce); err != nil {
		t.Fatalf("waiting for the roles of %q: %v", name, err)
	}
	return user.Config()
}

func (c *Cluster) create(t testing.TB, config *rest.Config, object client.Object) {
	t.Helper()
	api, err := client.New(config, client.Options{})
	if err == nil {
		err = api.Create(t.Context(), object)
	}
	if err != nil {
		t.Fatalf("creating a %T: %v", object, err)
	}
}

// Requests returns what the named user has asked of the API server, in order: "VERB URI" each, the verb as RBAC
// spells it, such as "patch /api/v1/namespaces/default/configmaps/a?dryRun=All".
func (c *Cluster) Requests(t testing.TB, user string) []string {
	t.Helper()
	log, err := os.ReadFile(c.audit)
	if err != nil {
		t.Fatal(err)
	}
	var requests []string
	for line := range bytes.Lines(log) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // another test's event, being written
		}
		var event struct {
			Verb, RequestURI string
			User             struct{ Username string }
		}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("reading the audit log: %v", err)
		}
		if event.User.Username == user {
			requests = append(requests, event.Verb+" "+event.RequestURI)
		}
	}
	return requests
}

// Kubeconfig writes a kubeconfig file for config, whose context has the given namespace, and returns its path.
func Kubeconfig(t testing.TB, config *rest.Config, namespace string) string {
	t.Helper()
	const name = "rig"
	file := clientcmdapi.NewConfig()
	file.Clusters[name] = &clientcmdapi.Cluster{
		Server: config.Host, CertificateAuthorityData: config.CAData,
	}
	file.AuthInfos[name] = &clientcmdapi.AuthInfo{
		ClientCertificateData: config.CertData, ClientKeyData: config.KeyData, Token: config.BearerToken,
	}
	file.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name, Namespace: namespace}
	file.CurrentContext = name
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*file, path); err != nil {
		t.Fatalf("writing a kubeconfig: %v", err)
	}
	return path
}
