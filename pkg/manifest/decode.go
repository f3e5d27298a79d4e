// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	imagev1 "github.com/fluxcd/image-reflector-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// maxListDepth bounds lists within lists; kubectl writes none.
const maxListDepth = 4

// maxWarnings bounds what is said about one file; nobody reads more.
const maxWarnings = 100

// Decode reads every object of ours from the bytes of a YAML or JSON file; file names it in findings. The error, if
// any, joins a [Finding] for each fault, in the order of the file, and the rest of the file is decoded all the same.
// After the first hundred warnings one more tells how many there are.
//
// Documents and list items of other kinds are counted and left alone, and so is text that is not YAML where no word in
// it suggests that it could be ours. The fields of a status are pruned without a warning: nobody writes them by hand,
// and controllers newer than the ones emulated here may add some.
func Decode(file string, data []byte) (Decoded, error) {
	d := decoder{file: file, kinds: kinds(), schema: schema{}}
	docs, findings := split(file, data)
	d.errors = findings
	for _, doc := range docs {
		d.document(doc)
	}
	byPosition := func(a, b *Finding) int {
		return cmp.Or(a.Position.Line-b.Position.Line, a.Position.Column-b.Position.Column, cmp.Compare(a.Message, b.Message))
	}
	slices.SortStableFunc(d.errors, byPosition)
	slices.SortStableFunc(d.decoded.Warnings, byPosition)
	if more := len(d.decoded.Warnings) - maxWarnings; more > 0 {
		d.decoded.Warnings = append(d.decoded.Warnings[:maxWarnings:maxWarnings],
			&Finding{Position: Position{File: file}, Message: fmt.Sprintf("and %d more warnings", more)})
	}
	var errs []error
	for _, finding := range d.errors {
		errs = append(errs, finding)
	}
	return d.decoded, errors.Join(errs...)
}

type decoder struct {
	file    string
	kinds   []kind
	schema  schema
	decoded Decoded
	errors  []*Finding
}

func (d *decoder) document(doc *document) {
	if !mayBeOurs(doc.text) {
		d.decoded.Skipped++
		return
	}
	content, err := yaml.YAMLToJSONStrict(doc.text)
	if err != nil {
		// Not strict: a repeated key is reported with its position once the document is known to be ours.
		if content, err = yaml.YAMLToJSON(doc.text); err != nil {
			d.errors = append(d.errors, doc.syntaxError(err))
			return
		}
		doc.repeatsKeys = true
	}
	var value any
	if err := utiljson.Unmarshal(content, &value); err != nil {
		d.errors = append(d.errors, doc.syntaxError(err))
		return
	}
	if lost := doc.parse(); lost != nil {
		d.errors = append(d.errors, lost)
	}
	if value != nil {
		d.value(doc, nil, value, 0)
	}
}

// value decodes the value at a path of the document: an object, a list of them, or something that is none of ours.
func (d *decoder) value(doc *document, at path, value any, depth int) {
	object, ok := value.(map[string]any)
	if !ok {
		if d.holdsOurs(value) {
			d.fail(doc, at, "objects in a list of their own are not read", "put them into the items of an object of kind List, or into documents")
		}
		d.decoded.Skipped++
		return
	}
	apiVersion, name, group, version := typeMeta(object)
	if element, isList := strings.CutSuffix(name, "List"); isList {
		switch items := object["items"].(type) {
		case []any:
			if depth == maxListDepth {
				if d.holdsOurs(object) {
					d.fail(doc, at, fmt.Sprintf("lists within lists are read to a depth of %d, and this is deeper", maxListDepth), "")
				}
				d.decoded.Skipped++
				return
			}
			for i, item := range items {
				// The items of a typed list may leave out what the list's own kind says.
				if item, ok := item.(map[string]any); ok && element != "" && item["kind"] == nil {
					item["apiVersion"], item["kind"] = apiVersion, element
				}
				d.value(doc, at.key("items").index(i), item, depth+1)
			}
			return
		case nil: // as an API server writes that there is nothing
			if d.kind(group, element) >= 0 {
				return
			}
		}
	}
	if group != "" && group != imageGroup && group != sourceGroup {
		d.decoded.Skipped++
		return
	}
	k := d.kind(group, name)
	switch {
	case k < 0 && group == imageGroup:
		d.fail(doc, at.key("kind"), fmt.Sprintf("kind %q is not one of %s", name, imageGroup), "want one of "+strings.Join(d.kindsOf(group), ", "))
	case k < 0:
		d.decoded.Skipped++
	case !slices.Contains(d.kinds[k].versions, version):
		hint := ""
		if group == imageGroup && strings.HasPrefix(version, "v1alpha") {
			hint = "Flux dropped v1alpha1 and v1alpha2 in 2023, and their fields were laid out otherwise: write the object anew with kubectl image create"
		}
		d.fail(doc, at.key("apiVersion"), fmt.Sprintf("%q %s: want one of the versions %s", apiVersion, name, strings.Join(d.kinds[k].versions, ", ")), hint)
	default:
		d.object(doc, at, object, d.kinds[k])
	}
}

// typeMeta is what says of which type an object is.
func typeMeta(object map[string]any) (apiVersion, kind, group, version string) {
	apiVersion, _ = object["apiVersion"].(string)
	kind, _ = object["kind"].(string)
	group, version, _ = strings.Cut(apiVersion, "/")
	if version == "" {
		group, version = "", group
	}
	return apiVersion, kind, group, version
}

// kind is the index of a kind that is ours, or -1.
func (d *decoder) kind(group, name string) int {
	return slices.IndexFunc(d.kinds, func(k kind) bool { return k.group == group && k.name == name })
}

// holdsOurs reports whether a value that is not read is, or has in lists, an object of ours.
func (d *decoder) holdsOurs(value any) bool {
	switch value := value.(type) {
	case []any:
		return slices.ContainsFunc(value, d.holdsOurs)
	case map[string]any:
		_, name, group, _ := typeMeta(value)
		return group == imageGroup || d.kind(group, strings.TrimSuffix(name, "List")) >= 0 || d.holdsOurs(value["items"])
	}
	return false
}

func (d *decoder) kindsOf(group string) []string {
	var names []string
	for _, k := range d.kinds {
		if k.group == group {
			names = append(names, k.name)
		}
	}
	return names
}

// object decodes one object of a known kind and version.
func (d *decoder) object(doc *document, at path, content map[string]any, k kind) {
	before := len(d.errors)
	apiVersion, _ := content["apiVersion"].(string)
	_, encrypted := content["sops"].(map[string]any)
	if encrypted = encrypted && k.name == "Secret"; encrypted {
		for _, key := range []string{"sops", "data", "stringData"} {
			delete(content, key)
		}
	}
	if k.name == imagev1.ImagePolicyKind {
		splitLegacyImages(content)
	}
	if doc.repeatsKeys {
		d.errors = append(d.errors, doc.repeatedKeys(at)...)
	}
	value := k.empty()
	check := checker{schema: d.schema, lacks: Lacks(apiVersion, k.name), gone: gone(apiVersion, k.name), secret: k.name == "Secret"}
	check.value(content, typeOf(value), nil)
	for _, fault := range check.faults {
		if !fault.pruned {
			d.fail(doc, slices.Concat(at, fault.path), fault.message, "")
			continue
		}
		message, hint := fault.message, ""
		if message == "" {
			message = fault.path.String() + ": " + apiVersion + " " + k.name + " has no such field, the API server drops it"
		}
		if k.name == imagev1.ImagePolicyKind && fault.path.String() == "spec.policy.filterTags" {
			hint = "filterTags stands one level higher, at spec.filterTags: kubectl image migrate moves it"
		}
		d.decoded.Warnings = append(d.decoded.Warnings,
			&Finding{Position: doc.position(slices.Concat(at, fault.path)), Message: message, Hint: hint})
	}
	if len(d.errors) > before {
		return
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(content, value); err != nil {
		// The checker lets nothing through that cannot be converted; what it overlooks is an error all the same. The
		// cause may quote a Secret's data, so only the kind is said.
		d.fail(doc, at, fmt.Sprintf("reading %s: a field has a value of the wrong type", k.name), "")
		return
	}
	if value.GetName() == "" {
		d.fail(doc, at.key("metadata"), k.name+" has no metadata.name", "")
		return
	}
	if secret, ok := value.(*corev1.Secret); ok {
		mergeStringData(secret)
	}
	d.decoded.Objects = append(d.decoded.Objects,
		Object{Value: value, Position: doc.position(at), Encrypted: encrypted, document: doc, path: at})
}

func (d *decoder) fail(doc *document, at path, message, hint string) {
	d.errors = append(d.errors, &Finding{Position: doc.position(at), Message: message, Hint: hint})
}

// mergeStringData does what the API server does on write: stringData wins over data.
func mergeStringData(secret *corev1.Secret) {
	for key, value := range secret.StringData {
		if secret.Data == nil {
			secret.Data = make(map[string][]byte, len(secret.StringData))
		}
		secret.Data[key] = []byte(value)
	}
	secret.StringData = nil
}

// splitLegacyImages turns status.latestImage and status.observedPreviousImage of the policies of Flux up to 2.6 into
// the refs that followed them. As the controller did when it migrated them, it splits at the last colon.
func splitLegacyImages(policy map[string]any) {
	status, ok := policy["status"].(map[string]any)
	if !ok {
		return
	}
	for legacy, ref := range map[string]string{"latestImage": "latestRef", "observedPreviousImage": "observedPreviousRef"} {
		image, ok := status[legacy].(string)
		colon := strings.LastIndexByte(image, ':')
		if _, set := status[ref]; ok && !set && colon > 0 {
			status[ref] = map[string]any{"name": image[:colon], "tag": image[colon+1:]}
		}
	}
}
