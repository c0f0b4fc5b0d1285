package limits

import "slices"

var codeDeploy = slices.Concat(
	about("AWS::CodeDeploy::DeploymentGroup", "codedeploy/latest/userguide/deployment-groups-configure-advanced-options.html",
		rule{name: "deploy-rollback", check: rollsBackOnItsAlarms},
	),
)

// rollsBackOnItsAlarms: a rollback on alarms wants alarms, and alarms want to be looked at.
func rollsBackOnItsAlarms(_ Template, r Resource) problems {
	events := texts(r.Properties, "AutoRollbackConfiguration.Events")
	wants := value(r.Properties, "AutoRollbackConfiguration.Enabled") == true && slices.Contains(events, "DEPLOYMENT_STOP_ON_ALARM")
	alarms := len(values(r.Properties, "AlarmConfiguration.Alarms.Name"))
	return unless(wants == (alarms > 0),
		"it rolls back on %q and has %d alarms: DEPLOYMENT_STOP_ON_ALARM wants alarms, and they it", events, alarms)
}
