package stacks_test

import (
	"slices"
	"strings"
	"testing"

	"primrose/infra/config"
)

// A higher version is another secret, another key and another place on the plan, by other ids:
// CloudFormation makes them before it takes the old ones away. In between it changes the
// distribution, which waits for the new key to be on the plan.
func TestKeyRotation(t *testing.T) {
	var kept, gone, made []string
	old := home(t, config.Prod())
	next := config.Prod()
	next.Service.API.KeyVersion++
	dir := t.TempDir()
	if err := synthTo(dir, next); err != nil {
		t.Fatal(err)
	}
	noFindings(t, dir)
	now := templateIn(dir, next.StackName())
	for id := range old.Resources {
		if _, ok := now.Resources[id]; ok {
			kept = append(kept, id)
		} else {
			gone = append(gone, old.Resources[id].Type)
		}
	}
	for id := range now.Resources {
		if _, ok := old.Resources[id]; !ok {
			made = append(made, now.Resources[id].Type)
		}
	}
	replaced := []string{"AWS::SecretsManager::Secret", "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::UsagePlanKey"}
	same(t, "made", made, replaced)
	same(t, "gone", gone, replaced)
	if !slices.Contains(kept, "PrimroseEdgeDistributionEF8B1AA2") {
		t.Error("the distribution is replaced, and viewers know it by its name")
	}
	place := now.of("AWS::ApiGateway::UsagePlanKey")[0]
	if waits := now.Resources["PrimroseEdgeDistributionEF8B1AA2"].DependsOn; !slices.Contains(waits, place) {
		t.Errorf("the distribution waits for %q, and not for %s: it would send a key that opens nothing yet", waits, place)
	}
	for _, id := range slices.Concat(now.of("AWS::SecretsManager::Secret"), now.of("AWS::ApiGateway::ApiKey")) {
		if name := now.Resources[id].Properties["Name"]; name != nil {
			t.Errorf("%s is named %v: both versions could not be there at once", id, name)
		}
	}
}

// A key is generated, outlives the stack where that is wanted, and is told about by its ARN alone.
func TestSigningKeys(t *testing.T) {
	for _, test := range []struct {
		stage        config.Stage
		policy, push string
	}{
		{full(), retained, "primrose keys push --store ${PrimroseEdgeKeysStore6BBAB608.Arn}" +
			" --secret 2026a=${PrimroseEdgeKeysKey2026a4D5F5D10} --secret 2026b=${PrimroseEdgeKeysKey2026b2C2B159E} --secret imgix=${PrimroseEdgeKeysKeyimgixCD308A98}"},
		{certified(), "Delete", "primrose keys push --store ${PrimroseEdgeKeysStore6BBAB608.Arn}" +
			" --secret next=${PrimroseEdgeKeysKeynextDEA745D8}"},
	} {
		made := home(t, test.stage)
		if got := text(made.Outputs.get("PushKeys", "Value")); got != test.push {
			t.Errorf("%s: the command is\n\t%s\nwant\n\t%s", test.stage.Name, got, test.push)
		}
		for _, id := range made.of("AWS::SecretsManager::Secret") {
			if !strings.HasPrefix(id, "PrimroseEdgeKeysKey") {
				continue
			}
			key := made.Resources[id]
			generated := key.Properties.object("GenerateSecretString")
			if generated["PasswordLength"].(float64) < 40 || generated["ExcludePunctuation"] != true || key.Properties["SecretString"] != nil {
				t.Errorf("%s: %s is made of %v", test.stage.Name, id, key.Properties)
			}
			if key.DeletionPolicy != test.policy {
				t.Errorf("%s: %s: deletion policy %s, want %s", test.stage.Name, id, key.DeletionPolicy, test.policy)
			}
		}
	}
	if made := home(t, eastern()); made.Outputs["PushKeys"] != nil {
		t.Error("there is a command to push keys, and there are none")
	}
}
