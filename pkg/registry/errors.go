// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// What an Error is, where a caller does something about it. At most one holds, by errors.Is.
var (
	// ErrNotFound: the registry knows no such repository, tag or digest. A repository without tags is not an error.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized: the registry or its token server does not take the credentials, or wants some (401).
	ErrUnauthorized = errors.New("unauthorized")
	// ErrForbidden: the registry knows the caller and refuses (403).
	ErrForbidden = errors.New("forbidden")
	// ErrRateLimited: too many requests (429), and the registry's patience does not return in time; see Error.RetryAfter.
	ErrRateLimited = errors.New("rate limited")
	// ErrLimit: the answer goes beyond a bound of Limits, so that there is no whole list.
	ErrLimit = errors.New("beyond a limit")
	// ErrPaging: the pages do not make a list: they run in a circle, or lead to another host.
	ErrPaging = errors.New("pages make no list")
)

// Error is why there is no list or no digest. It is safe to print: no credential is in it, no control character, and
// no more than a kilobyte of what a server said. Do not print what it unwraps to.
type Error struct {
	// Doing is what was tried, like "reading tags of ghcr.io/a/b".
	Doing string
	// Cause is the reason in the words of go-containerregistry, which are what image-reflector-controller 1.2 writes
	// after "scan failed: ". Credentials are blotted out, but it is as long (up to 64 KiB) and as odd as the server likes.
	Cause string
	// Status is the HTTP status that was the answer, or 0.
	Status int
	// RetryAfter is how long the registry asked to be left alone, or 0.
	RetryAfter time.Duration

	kind, err error
}

const maxErrorText = 1024

// Error implements error.
func (e *Error) Error() string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return unicode.ReplacementChar
	}, e.Doing+": "+strings.TrimSpace(e.Cause))
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "…"
	}
	if e.RetryAfter > 0 {
		text += " (asked to come back in " + e.RetryAfter.String() + ")"
	}
	return text
}

// Unwrap gives the Err… value that holds, if any, and the error beneath.
func (e *Error) Unwrap() []error {
	if e.kind == nil {
		return []error{e.err}
	}
	return []error{e.kind, e.err}
}

// reason is an error of ours that belongs to one of the Err… values without repeating its text.
type reason struct {
	kind error
	text string
}

func (r *reason) Error() string { return r.text }
func (r *reason) Unwrap() error { return r.kind }

// explain makes the one error type of this package out of whatever go-containerregistry returned.
func explain(ctx context.Context, doing string, err error, secrets *witness) *Error {
	e := &Error{Doing: doing, kind: kindOf(err), err: err}
	var answer *transport.Error
	if errors.As(err, &answer) {
		e.Status = answer.StatusCode
	}
	var own *reason
	if e.kind == nil && errors.As(context.Cause(ctx), &own) {
		e.kind = own.kind
	}
	// A token request that fails is told by the request it was for, so there may be one URL in the other.
	var request *url.Error
	for inner := err; errors.As(inner, &request); inner = request.Err {
		request.URL = redactURL(request.URL)
	}
	e.Cause = err.Error()
	if secrets != nil {
		e.Cause = secrets.redact(e.Cause)
	}
	return e
}

func kindOf(err error) error {
	var own *reason
	if errors.As(err, &own) {
		return own.kind
	}
	var answer *transport.Error
	if !errors.As(err, &answer) {
		return nil
	}
	switch answer.StatusCode {
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusTooManyRequests:
		return ErrRateLimited
	}
	for _, diagnostic := range answer.Errors {
		switch diagnostic.Code {
		case transport.UnauthorizedErrorCode:
			return ErrUnauthorized
		case transport.DeniedErrorCode:
			return ErrForbidden
		case transport.NameUnknownErrorCode, transport.ManifestUnknownErrorCode:
			return ErrNotFound
		case transport.TooManyRequestsErrorCode:
			return ErrRateLimited
		}
	}
	return nil
}

// redactURL hides what a URL may carry besides its place: user information, and any parameter but the plain ones of
// listing and token exchange, as go-containerregistry does in its own errors.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "REDACTED"
	}
	if u.RawQuery == "" {
		return u.Redacted()
	}
	query := u.Query()
	for key, values := range query {
		switch key {
		case "n", "last", "scope", "service":
			continue
		}
		for i := range values {
			values[i] = "REDACTED"
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}
