package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"primrose/infra/config"
)

// What each costs in a month whether it is used or not, in us-east-1's US dollars of November 2026.
//
// https://aws.amazon.com/cloudwatch/pricing/
// https://aws.amazon.com/secrets-manager/pricing/
const (
	alarmMetric      = 0.10 // each metric that an alarm watches
	additionalMetric = 0.30
	dashboard        = 3.00
	secret           = 0.40

	additionalMetrics = 8 // which CloudFront sells together
)

// Somebody who reads what an idle service costs reads what is deployed.
func TestDocsNameTheIdleCost(t *testing.T) {
	docs := read(t, "docs/deploy.md")
	dev, prod := idleCost(t, config.Dev()), idleCost(t, config.Prod())
	for _, row := range []string{
		costRow("metrics that alarms watch", alarmMetric, dev.alarms, prod.alarms),
		costRow("CloudFront's additional metrics", additionalMetric, dev.additional, prod.additional),
		costRow("dashboard", dashboard, dev.dashboards, prod.dashboards),
		costRow("secrets: the edge's API key, a signing key", secret, dev.secrets, prod.secrets),
		fmt.Sprintf("| **total** | | **$%.2f** | **$%.2f** |", dev.total(), prod.total()),
	} {
		if !strings.Contains(docs, row+"\n") {
			t.Errorf("docs/deploy.md does not have the line\n%s", row)
		}
	}
}

func costRow(what string, price float64, dev, prod int) string {
	return fmt.Sprintf("| %s | $%.2f | %d: $%.2f | %d: $%.2f |", what, price, dev, price*float64(dev), prod, price*float64(prod))
}

// billed counts what is paid for by its being there.
type billed struct{ alarms, additional, dashboards, secrets int }

func (b billed) total() float64 {
	return alarmMetric*float64(b.alarms) + additionalMetric*float64(b.additional) + dashboard*float64(b.dashboards) + secret*float64(b.secrets)
}

// idleCost counts in the stacks of a stage that has no front.
func idleCost(t *testing.T, stage config.Stage) (b billed) {
	t.Helper()
	for _, made := range []template{home(t, stage), watch(t, stage)} {
		for _, r := range made.Resources {
			switch r.Type {
			case "AWS::CloudWatch::Alarm":
				b.alarms += alarmMetrics(r.Properties)
			case "AWS::CloudFront::MonitoringSubscription":
				b.additional += additionalMetrics
			case "AWS::CloudWatch::Dashboard":
				b.dashboards++
			case "AWS::SecretsManager::Secret":
				b.secrets++
			}
		}
	}
	return b
}

// alarmMetrics counts an alarm's metrics. Those that are computed of others are free.
func alarmMetrics(alarm object) (n int) {
	for _, m := range metricsOf(alarm) {
		if m.Expression == "" {
			n++
		}
	}
	return n
}
