package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"primrose/infra/config"
)

// A Front is what CloudFront takes from us-east-1 alone. Either part may be missing.
type Front struct {
	Certificate awscertificatemanager.ICertificate
	WebACL      *string // its ARN
}

// NewFront adds a stage's front to scope: the certificate where the stage has a zone, the web ACL where
// it has a firewall, and no stack where it has neither.
func NewFront(scope constructs.Construct, stage config.Stage) Front {
	if !stage.HasFront() {
		return Front{}
	}
	stack := newStack(scope, stage, "-front", config.EdgeRegion, "what CloudFront takes from us-east-1 alone")
	return Front{
		Certificate: newCertificate(stack, stage.Domain),
		WebACL:      newWebACL(stack, stage),
	}
}

// newCertificate asks for a certificate, and puts into the zone by what it is validated, now and when
// it is renewed each year. One that other names replace is left behind, free of charge: the
// distribution uses it until its own stack is deployed, so that it could not be deleted.
func newCertificate(scope constructs.Construct, d config.Domain) awscertificatemanager.ICertificate {
	if d.Zone == (config.Zone{}) {
		return nil
	}
	props := &awscertificatemanager.CertificateProps{
		DomainName: new(d.Names[0]),
		Validation: awscertificatemanager.CertificateValidation_FromDns(zoneOf(scope, d.Zone)),
	}
	if others := d.Names[1:]; len(others) > 0 {
		props.SubjectAlternativeNames = jsii.Strings(others...)
	}
	certificate := awscertificatemanager.NewCertificate(scope, new("Certificate"), props)
	options := certificate.Node().DefaultChild().(awscdk.CfnResource).CfnOptions()
	options.SetDeletionPolicy(awscdk.CfnDeletionPolicy_DELETE)
	options.SetUpdateReplacePolicy(awscdk.CfnDeletionPolicy_RETAIN)
	return certificate
}

func zoneOf(scope constructs.Construct, z config.Zone) awsroute53.IHostedZone {
	return awsroute53.HostedZone_FromHostedZoneAttributes(scope, new("Zone"), &awsroute53.HostedZoneAttributes{
		HostedZoneId: new(z.ID),
		ZoneName:     new(z.Name),
	})
}

// newWebACL lets everybody in but addresses with a bad name and those that ask too often.
func newWebACL(scope constructs.Construct, stage config.Stage) *string {
	if !stage.Firewall.On {
		return nil
	}
	acl := awswafv2.NewCfnWebACL(scope, new("Firewall"), &awswafv2.CfnWebACLProps{
		Description:      new("Primrose " + stage.Name + ": refuses known attackers and who asks too often"),
		Scope:            new("CLOUDFRONT"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		VisibilityConfig: measured(stage.StackName()),
		Rules: []any{
			&awswafv2.CfnWebACL_RuleProperty{
				Name:     new("Reputation"),
				Priority: new(0.0),
				Statement: &awswafv2.CfnWebACL_StatementProperty{
					ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
						VendorName: new("AWS"),
						Name:       new("AWSManagedRulesAmazonIpReputationList"),
					},
				},
				OverrideAction:   &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
				VisibilityConfig: measured(stage.StackName() + "-reputation"),
			},
			&awswafv2.CfnWebACL_RuleProperty{
				Name:     new("Rate"),
				Priority: new(1.0),
				Statement: &awswafv2.CfnWebACL_StatementProperty{
					RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
						Limit:               new(float64(stage.Firewall.Limit())),
						EvaluationWindowSec: new(300.0),
						AggregateKeyType:    new("IP"),
					},
				},
				Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
					CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{ResponseCode: new(429.0)},
				}},
				VisibilityConfig: measured(stage.StackName() + "-rate"),
			},
		},
	})
	return acl.AttrArn()
}

// measured counts under a name, which no other stage may have: the whole account's are in one place.
func measured(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: new(true),
		MetricName:               new(metric),
		SampledRequestsEnabled:   new(true), // the last hours' in the console, free of charge
	}
}
