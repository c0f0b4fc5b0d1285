package config

import (
	"errors"
	"math"
)

// API is the REST API behind the edge. It sees only what the Variants bucket does not have.
type API struct {
	// Rate is the mean requests per second that may reach the function, at least 1. Default 1,000.
	// Above it API Gateway answers 429, which the edge never keeps.
	Rate int

	// Burst is the most requests that may arrive at once above Rate, at least 1. Default 500.
	Burst int

	// KeyVersion numbers the secret key that only the edge holds, from 1. Default 1. A higher number
	// makes a new key and removes the old one: this is how the key is rotated.
	KeyVersion int

	// Logs says where the API's access logs go. Default off: the function logs every request that
	// reaches it, CloudFront every one that a viewer makes.
	Logs APILogs
}

// APILogs is where API Gateway writes its access logs.
type APILogs string

const (
	NoAPILogs   APILogs = "off"
	Firehose    APILogs = "firehose"     // to a bucket, by way of Firehose
	AccountRole APILogs = "account-role" // to CloudWatch, where the account has the role that API Gateway wants for it
)

func (a API) validate() error {
	return errors.Join(
		between("API.Rate", a.Rate, 1, math.MaxInt32, "requests per second"),
		between("API.Burst", a.Burst, 1, math.MaxInt32, "requests"),
		between("API.KeyVersion", a.KeyVersion, 1, math.MaxInt32, ""),
		oneOf("API.Logs", a.Logs, NoAPILogs, Firehose, AccountRole),
	)
}
