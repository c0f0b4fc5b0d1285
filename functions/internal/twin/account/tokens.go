package account

import (
	"time"

	"primrose/functions/internal/s3server"
	"primrose/functions/internal/twin/awsapi"
	"primrose/functions/internal/twin/template"
)

// tokens is the Security Token Service. The roles of the bootstrap, which the CLI takes on, are the
// administrator by other names: what a deployment may do is nothing that the templates say.
//
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (a *Account) tokens() map[string]awsapi.Action {
	return map[string]awsapi.Action{"GetCallerIdentity": a.getCallerIdentity, "AssumeRole": a.assumeRole}
}

func (a *Account) getCallerIdentity(in awsapi.Call) (any, error) {
	return struct{ Account, UserId, Arn string }{a.ID, s3server.AccessKey, in.Principal}, nil
}

func (a *Account) assumeRole(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct {
		RoleArn, RoleSessionName string
		DurationSeconds          template.NoBearing // the keys don't expire
	}](in)
	if err != nil {
		return nil, err
	}
	type credentials struct {
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}
	type user struct{ AssumedRoleId, Arn string }
	return struct {
		Credentials     credentials
		AssumedRoleUser user
	}{
		credentials{s3server.AccessKey, s3server.SecretKey, "", time.Now().Add(time.Hour).UTC()},
		user{s3server.AccessKey + ":" + asked.RoleSessionName, asked.RoleArn},
	}, nil
}
