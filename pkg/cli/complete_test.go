// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// completed returns what a shell is told for the last word of a command line: the choices, and cobra's directive.
func completed(t *testing.T, argv ...string) []string {
	t.Helper()
	streams, _, out, _ := genericiooptions.NewTestIOStreams()
	if code := Main(t.Context(), append([]string{"kubectl-image", "__complete"}, argv...), streams, Build{}); code != exitDone {
		t.Fatalf("completing %q: exit code %d", argv, code)
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

const noFiles = ":4"

// eachFlag visits every flag that takes a value, with the words that lead to it.
func eachFlag(visit func(path []string, flag *pflag.Flag)) {
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	walk(newRootCmd(newShell(streams, true), "kubectl image"), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[2:]
		visitValue := func(flag *pflag.Flag) {
			if flag.Value.Type() != "bool" {
				visit(path, flag)
			}
		}
		cmd.LocalNonPersistentFlags().VisitAll(visitValue)
		if cmd.Name() == "policy" { // one for all
			cmd.InheritedFlags().VisitAll(visitValue)
		}
	})
}

// A flag that is refused with "want a, b or c" completes to a, b and c.
func TestEnumFlagsComplete(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	enumeration := regexp.MustCompile(`(?m)want (?:one of )?([\w-]+(?:, [\w-]+)*(?:,| or) [\w-]+)$`)
	separator := regexp.MustCompile(`, | or `)
	var found []string
	eachFlag(func(path []string, flag *pflag.Flag) {
		streams, _, _, errOut := genericiooptions.NewTestIOStreams()
		argv := append(append([]string{"kubectl-image"}, path...), "--"+flag.Name+"=no such value")
		Main(t.Context(), argv, streams, Build{})
		var want []string
		for line := range strings.Lines(errOut.String()) {
			if match := enumeration.FindStringSubmatch(strings.TrimSpace(line)); match != nil && strings.Contains(line, "--"+flag.Name) {
				want = separator.Split(match[1], -1)
			}
		}
		if want == nil {
			return
		}
		found = append(found, flag.Name)
		got := completed(t, append(path, "--"+flag.Name+"=")...)
		if diff := cmp.Diff(append(want, noFiles), got); diff != "" {
			t.Errorf("%s --%s (-want +got)\n%s", strings.Join(path, " "), flag.Name, diff)
		}
	})
	want := []string{
		"api-version", "color", "dry-run", "output", "provider", "reflect-digest", "select-alpha", "select-numeric", "signing-key-type",
	}
	slices.Sort(found)
	if diff := cmp.Diff(want, slices.Compact(found)); diff != "" {
		t.Errorf("flags that are refused with what they want (-want +got)\n%s", diff)
	}
}

// File names complete where a file is wanted, and nowhere else.
func TestFileNamesComplete(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	const anyFile, directories = ":0", ":16"
	want := map[string]string{
		"cache-dir": directories, "certificate-authority": anyFile, "client-certificate": anyFile, "client-key": anyFile,
		"dir": directories, "filename": anyFile, "kubeconfig": anyFile, "tags-from": anyFile,
	}
	got := map[string]string{}
	eachFlag(func(path []string, flag *pflag.Flag) {
		told := completed(t, append(path, "--"+flag.Name+"=")...)
		if directive := told[len(told)-1]; directive != noFiles {
			got[flag.Name] = directive
		}
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags that complete file names (-want +got)\n%s", diff)
	}
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	walk(newRootCmd(newShell(streams, true), "kubectl image"), func(cmd *cobra.Command) {
		told := completed(t, append(strings.Fields(cmd.CommandPath())[2:], "")...)
		if directive := told[len(told)-1]; directive != noFiles {
			t.Errorf("%s: arguments complete by %s, want %s", cmd.CommandPath(), directive, noFiles)
		}
	})
}

// apiServer answers lists as a cluster of Flux 2.6 does, and keeps what was asked.
type apiServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newAPIServer(t *testing.T, lists map[string]string) *apiServer {
	t.Helper()
	server := &apiServer{}
	server.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.mu.Lock()
		server.asked = append(server.asked, r.Method+" "+r.URL.RequestURI())
		server.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Warning", `299 - "soon gone"`)
		names, found := lists[r.URL.Path]
		if !found {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
			return
		}
		var items []string
		for name := range strings.FieldsSeq(names) {
			items = append(items, `{"metadata":{"name":"`+name+`"}}`)
		}
		fmt.Fprintf(w, `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[%s]}`, strings.Join(items, ","))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestNamesComplete(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	const image, query = "/apis/image.toolkit.fluxcd.io/", "?limit=500&timeout=2s"
	lists := map[string]string{
		"/api/v1/namespaces": "apps web",
		"/apis/source.toolkit.fluxcd.io/v1/namespaces/apps/gitrepositories": "fleet",
		image + "v1beta2/namespaces/apps/imagerepositories":                 "shop shop-db podinfo",
		image + "v1beta2/namespaces/web/imagerepositories":                  "front",
		image + "v1beta2/namespaces/apps/imagepolicies":                     `evil\u001b[31m Upper two\nlines fine`,
		image + "v1beta2/namespaces/apps/imageupdateautomations":            "apps",
		"/api/v1/namespaces/apps/secrets":                                   "do-not-list",
		"/api/v1/namespaces/apps/serviceaccounts":                           "do-not-list",
	}
	for name, test := range map[string]struct {
		argv        string
		want, asked []string
	}{
		"namespaces":               {"-n |", []string{"apps", "web"}, []string{"GET /api/v1/namespaces" + query}},
		"namespace of a reference": {"create policy p --image-ref-namespace w|", []string{"web"}, []string{"GET /api/v1/namespaces" + query}},
		"git repositories": {"create update u --git-repo-ref |", []string{"fleet"}, []string{
			"GET /apis/source.toolkit.fluxcd.io/v1/namespaces/apps/gitrepositories" + query,
		}},
		"image repositories, of an older release": {"create policy p --image-ref shop|", []string{"shop", "shop-db"}, []string{
			"GET " + image + "v1/namespaces/apps/imagerepositories" + query,
			"GET " + image + "v1beta2/namespaces/apps/imagerepositories" + query,
		}},
		"of another namespace": {"create policy p --image-ref-namespace web --image-ref |", []string{"front"}, []string{
			"GET " + image + "v1/namespaces/web/imagerepositories" + query,
			"GET " + image + "v1beta2/namespaces/web/imagerepositories" + query,
		}},
		"names that no object has": {"create policy |", []string{"fine"}, []string{
			"GET " + image + "v1/namespaces/apps/imagepolicies" + query,
			"GET " + image + "v1beta2/namespaces/apps/imagepolicies" + query,
		}},
		"automations, with flux's word": {"create image update |", []string{"apps"}, []string{
			"GET " + image + "v1/namespaces/apps/imageupdateautomations" + query,
			"GET " + image + "v1beta2/namespaces/apps/imageupdateautomations" + query,
		}},
		"one name is enough":              {"create policy p |", nil, nil},
		"no Secrets":                      {"create repository r --secret-ref |", nil, nil},
		"no service accounts":             {"create repository r --service-account |", nil, nil},
		"nothing is asked for a constant": {"create policy p --select-alpha |", []string{"asc", "desc"}, nil},
		"a namespace that cannot be":      {"create policy p --image-ref-namespace a/b --image-ref |", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := newAPIServer(t, lists)
			typed := strings.TrimSuffix(test.argv, "|")
			words := strings.Split(typed, " ")
			got := completed(t, append([]string{"--server", server.URL, "-n", "apps"}, words...)...)
			if diff := cmp.Diff(append(slices.Clone(test.want), noFiles), got); diff != "" {
				t.Errorf("choices (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.asked, server.asked); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}

// Whatever is wrong with the cluster, completion offers nothing, and says nothing on the terminal.
func TestNamesCompleteInSilence(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"forbidden": answer(http.StatusForbidden, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`),
		"broken":    answer(http.StatusInternalServerError, "<html>"),
		"garbled":   answer(http.StatusOK, `{"items":[{"metadata":7}]}`),
		"cut off":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"hanging":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(handler)
			defer server.Close()
			streams, _, out, errOut := genericiooptions.NewTestIOStreams()
			argv := []string{"kubectl-image", "__complete", "--server", server.URL, "-n", "apps", "create", "policy", "p", "--image-ref", ""}
			code := Main(t.Context(), argv, streams, Build{})
			got := fmt.Sprintf("%d\n%s%s", code, out, errOut)
			// The last line is cobra's to the script, which throws it away.
			want := "0\n:4\nCompletion ended with directive: ShellCompDirectiveNoFileComp\n"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A credential plugin that never answers does not hold the shell up.
func TestNamesCompleteDespiteCredentialPlugin(t *testing.T) {
	dir := t.TempDir()
	kubeconfig, pid := filepath.Join(dir, "kubeconfig"), filepath.Join(dir, "pid")
	const content = `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users:
- name: u
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: sh
      args: [-c, 'echo $$ >"$PID.new"; mv "$PID.new" "$PID"; exec sleep 600 >/dev/null 2>&1']
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`
	if err := os.WriteFile(kubeconfig, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", kubeconfig)
	t.Setenv("PID", pid)
	if diff := cmp.Diff([]string{noFiles}, completed(t, "create", "policy", "")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// It is still running, or on a busy machine about to.
	var said []byte
	if err := wait.PollUntilContextCancel(t.Context(), 10*time.Millisecond, true, func(context.Context) (bool, error) {
		var err error
		said, err = os.ReadFile(pid)
		return err == nil, nil
	}); err != nil {
		t.Fatalf("the plugin was not run: %v", err)
	}
	running, err := strconv.Atoi(strings.TrimSpace(string(said)))
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := os.FindProcess(running)
	if err != nil {
		t.Fatal(err)
	}
	if err := plugin.Kill(); err != nil {
		t.Errorf("the plugin ended by itself, and proved nothing: %v", err)
	}
}

func TestKubeconfigNamesComplete(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	const content = `
apiVersion: v1
kind: Config
contexts: [{name: "arn:aws:eks:eu:1:cluster/a", context: {}}, {name: kind-b, context: {}}, {name: "two\nlines", context: {}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {}}]
`
	if err := os.WriteFile(kubeconfig, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", kubeconfig)
	got := [][]string{
		completed(t, "--context", ""), completed(t, "--context", "kind"), completed(t, "--cluster", ""), completed(t, "--user", ""),
	}
	want := [][]string{{"arn:aws:eks:eu:1:cluster/a", "kind-b", noFiles}, {"kind-b", noFiles}, {"c", noFiles}, {"u", noFiles}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
