// Copyright 2026 The kubectl-image Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"cmp"
	"time"
)

// Limits bound what a registry can make us do. A listing that would go beyond one is an error with ErrLimit. A zero
// field is its default.
type Limits struct {
	// Pages of one listing; 10,000, which is a million tags from quay.io.
	Pages int
	// Tags of one listing; 5 million.
	Tags int
	// PageBytes is the size of one page, decompressed; 128 MiB. Google's registries put 200,000 tags with all their
	// dates into one page of about half that size. Any other answer may have 1 MiB.
	PageBytes int64
	// Bytes is the size of all answers of one listing, decompressed; 512 MiB.
	Bytes int64
	// Time of one call, waits included; 10 minutes. The caller's context may end it earlier.
	Time time.Duration
	// Idle is how long an answer that has begun may stall; 1 minute. Until it begins, only Time counts: registries on
	// object stores think long.
	Idle time.Duration
	// RetryAfter is the longest pause a registry may ask for and get; 1 minute. Longer ones fail at once.
	RetryAfter time.Duration
	// Requests at a time to one host, and so connections to it; 16.
	Requests int
	// Burst and PerSecond are a bucket of requests per host: 2,000 at once, refilled with 50 a second. A thousand
	// repositories are scanned at full speed; a long listing stays within the fair use of the large public registries.
	Burst, PerSecond int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Pages:      cmp.Or(l.Pages, 10_000),
		Tags:       cmp.Or(l.Tags, 5_000_000),
		PageBytes:  cmp.Or(l.PageBytes, 128<<20),
		Bytes:      cmp.Or(l.Bytes, 512<<20),
		Time:       cmp.Or(l.Time, 10*time.Minute),
		Idle:       cmp.Or(l.Idle, time.Minute),
		RetryAfter: cmp.Or(l.RetryAfter, time.Minute),
		Requests:   cmp.Or(l.Requests, 16),
		Burst:      cmp.Or(l.Burst, 2_000),
		PerSecond:  cmp.Or(l.PerSecond, 50),
	}
}
