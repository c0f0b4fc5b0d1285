package account

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// assembly is the folder of the cloud assembly that is made of what was uploaded.
func (a *Account) assembly() string { return filepath.Join(a.Dir, "assembly") }

// writeAssembly adds a stack with this template to the assembly. Its assets are what lies in the
// bucket of its region.
//
// https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assemblies
func (a *Account) writeAssembly(s *stack, text []byte) error {
	if err := os.MkdirAll(a.assembly(), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(a.assembly(), s.name+".template.json"), text, 0o600); err != nil {
		return err
	}
	assets, err := a.uploaded(s.region)
	if err != nil {
		return err
	}
	if err := a.writeFile(s.name+".assets.json", map[string]any{"files": assets}); err != nil {
		return err
	}
	artifacts := map[string]any{}
	for _, other := range a.stacks {
		if other.status == deleted || other.name == toolkit {
			continue
		}
		artifacts[other.name] = map[string]any{
			"type":        "aws:cloudformation:stack",
			"environment": "aws://" + a.ID + "/" + other.region,
			"properties":  map[string]string{"templateFile": other.name + ".template.json"},
		}
		artifacts[other.name+".assets"] = map[string]any{
			"type":       "cdk:asset-manifest",
			"properties": map[string]string{"file": other.name + ".assets.json"},
		}
	}
	return a.writeFile("manifest.json", map[string]any{"artifacts": artifacts})
}

// uploaded are the objects of a region's bucket as a manifest of assets has them.
func (a *Account) uploaded(region string) (map[string]any, error) {
	assets := map[string]any{}
	b := a.bootstraps[region]
	if b == nil {
		return assets, nil
	}
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		path, err := filepath.Rel(a.assembly(), filepath.Join(b.folder, e.Name()))
		if err != nil {
			return nil, err
		}
		assets[e.Name()] = map[string]any{
			"source":       map[string]string{"path": path, "packaging": "file"},
			"destinations": map[string]any{"uploaded": map[string]string{"bucketName": b.bucket, "objectKey": e.Name()}},
		}
	}
	return assets, nil
}

func (a *Account) writeFile(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(a.assembly(), name), text, 0o600)
}
