package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// CodeDeploy moves the alias, with all of its permissions in place, and there is a version to go
// back to.
func TestVersionsGetTheirTrafficByCodeDeploy(t *testing.T) {
	each(t, func(t *testing.T, _ config.Stage, made template) {
		alias := made.Resources["PrimroseProcessorLiveC2D580BF"]
		if group := text(alias.UpdatePolicy.get("CodeDeployLambdaAliasUpdate", "DeploymentGroupName")); !strings.Contains(group, "RolloutGroup") {
			t.Errorf("the alias is moved by %s", group)
		}
		for _, needed := range []string{"RolloutRoleDefaultPolicy", "RolloutGroup"} {
			if !slices.ContainsFunc(alias.DependsOn, func(id string) bool { return strings.Contains(id, needed) }) {
				t.Errorf("the alias waits for %q: CodeDeploy may have to move it before %s", alias.DependsOn, needed)
			}
		}
		for _, id := range made.of("AWS::Lambda::Version") {
			if made.Resources[id].DeletionPolicy != retained {
				t.Errorf("%s goes with the next version", id)
			}
		}
		group := made.one("AWS::CodeDeploy::DeploymentGroup")
		same(t, "rolled back on", texts(group.get("AutoRollbackConfiguration", "Events")),
			[]string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"})
		if alarms := list(group.get("AlarmConfiguration", "Alarms")); len(alarms) == 0 || len(alarms) > 10 {
			t.Errorf("%d alarms undo a rollout, CodeDeploy takes 1 to 10", len(alarms))
		}
	})
}

// A version that is to end an alarm must not be held up by it.
func TestAllAtOnceHeedsNoAlarm(t *testing.T) {
	group := home(t, eastern()).one("AWS::CodeDeploy::DeploymentGroup")
	if got := list(group.get("AlarmConfiguration", "Alarms")); len(got) != 0 {
		t.Errorf("alarms stop it: %v", got)
	}
	same(t, "rolled back on", texts(group.get("AutoRollbackConfiguration", "Events")),
		[]string{"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"})
}

func TestRollouts(t *testing.T) {
	full := home(t, full())
	for want, made := range map[string]template{
		"CodeDeployDefault.LambdaCanary10Percent5Minutes":     home(t, config.Prod()),
		"CodeDeployDefault.LambdaLinear10PercentEvery1Minute": full,
		"CodeDeployDefault.LambdaAllAtOnce":                   home(t, eastern()),
	} {
		if got := made.one("AWS::CodeDeploy::DeploymentGroup")["DeploymentConfigName"]; got != want {
			t.Errorf("traffic moves by %v, want %s", got, want)
		}
	}
	if got := full.one("AWS::Lambda::Alias").get("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"); got != 2.0 {
		t.Errorf("%v environments are kept warm, want 2", got)
	}
}
