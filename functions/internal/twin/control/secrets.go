package control

import (
	"primrose/functions/internal/twin/awsapi"
)

// getSecretValue gives a secret by its ARN.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (c *Control) getSecretValue(in awsapi.Call) (any, error) {
	asked, err := awsapi.Parameters[struct{ SecretId, VersionStage string }](in)
	if err == nil {
		err = c.Identity.Authorize(in.Principal, "secretsmanager:GetSecretValue", asked.SecretId)
	}
	if err != nil {
		return nil, err
	}
	value, ok := c.Stack.Secret(asked.SecretId)
	if !ok || asked.VersionStage != "" && asked.VersionStage != "AWSCURRENT" {
		return nil, refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return map[string]any{"ARN": asked.SecretId, "SecretString": value, "VersionStages": []string{"AWSCURRENT"}, "CreatedDate": c.Started.Unix()}, nil
}

// getCallerIdentity says who asks, whoever that is.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *Control) getCallerIdentity(in awsapi.Call) (any, error) {
	return struct{ Arn, UserId, Account string }{in.Principal, in.Principal, c.Stack.Account}, nil
}
