// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// repairLink leaves in resp the one link to the next page that may be followed, or none, or fails.
//
// go-containerregistry 0.21.6 follows whatever the first link of the header names. Proxies in front of registries
// lose the port or the https of such a link, so a link to the host by name that sent the page, or to the registry, is
// followed on that very scheme, host and port; of the link itself only path and query count. Any other host is
// refused: it would be asked in the registry's name.
func repairLink(resp *http.Response, registry string) error {
	target, err := nextLink(resp.Header.Values("Link"))
	if err != nil {
		return err
	}
	resp.Header.Del("Link")
	if target == "" {
		return nil
	}
	here := resp.Request.URL
	link, err := here.Parse(target)
	if err != nil {
		return &reason{ErrPaging, fmt.Sprintf("the link to the next page is no URL: %q", target)}
	}
	next := url.URL{Scheme: here.Scheme, Host: here.Host, Path: link.Path, RawPath: link.RawPath, RawQuery: link.RawQuery}
	if link.Scheme != "http" && link.Scheme != "https" {
		return &reason{ErrPaging, fmt.Sprintf("the link to the next page is not http: %q", redactURL(target))}
	}
	if !strings.EqualFold(link.Hostname(), here.Hostname()) {
		home := url.URL{Host: registry}
		if !strings.EqualFold(link.Hostname(), home.Hostname()) {
			return &reason{ErrPaging, fmt.Sprintf("the next page is on another host, %q instead of %q", link.Host, here.Host)}
		}
		next.Host = registry
	}
	resp.Header.Set("Link", "<"+next.String()+`>; rel="next"`)
	return nil
}

// nextLink finds the target of the link to the next page among header values, each a list in the form of RFC 8288:
// the first whose relation is next, or the first without a relation; "" if there is none.
func nextLink(values []string) (string, error) {
	bare := ""
	for _, value := range values {
		for rest := strings.TrimLeft(value, " \t,"); rest != ""; {
			if rest[0] != '<' {
				return "", &reason{ErrPaging, fmt.Sprintf("the Link header lacks its '<': %.100q", value)}
			}
			target, params, ok := strings.Cut(rest[1:], ">")
			if !ok {
				return "", &reason{ErrPaging, fmt.Sprintf("the Link header lacks its '>': %.100q", value)}
			}
			relation, after := linkRelation(params)
			for _, word := range strings.Fields(relation) {
				if strings.EqualFold(word, "next") {
					return target, nil
				}
			}
			if relation == "" && bare == "" {
				bare = target
			}
			rest = after
		}
	}
	return bare, nil
}

// linkRelation reads the parameters of one link up to the comma that ends it.
func linkRelation(params string) (relation, after string) {
	quoted := false
	end := strings.IndexFunc(params, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
	if end >= 0 {
		params, after = params[:end], strings.TrimLeft(params[end:], " \t,")
	}
	for param := range strings.SplitSeq(params, ";") {
		key, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(key), "rel") {
			return strings.Trim(strings.TrimSpace(value), `"`), after
		}
	}
	return "", after
}
