package account

import (
	"net/url"
	"time"
)

// tokens is the Security Token Service. The roles of the bootstrap, which the CLI takes on, are the
// administrator by other names: what a deployment may do is nothing that the templates say.
//
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (a *Account) tokens(name string, parameters url.Values) (any, error) {
	switch name {
	case "GetCallerIdentity":
		return struct{ Account, UserId, Arn string }{a.ID, a.AccessKey, "arn:aws:iam::" + a.ID + ":user/administrator"}, nil
	case "AssumeRole":
		type credentials struct {
			AccessKeyId, SecretAccessKey, SessionToken string
			Expiration                                 time.Time
		}
		type user struct{ AssumedRoleId, Arn string }
		return struct {
			Credentials     credentials
			AssumedRoleUser user
		}{
			credentials{a.AccessKey, a.SecretKey, "", time.Now().Add(time.Hour).UTC()},
			user{a.AccessKey + ":" + parameters.Get("RoleSessionName"), parameters.Get("RoleArn")},
		}, nil
	}
	return nil, &Error{"InvalidAction", "The twin's STS knows GetCallerIdentity and AssumeRole, not " + name}
}
