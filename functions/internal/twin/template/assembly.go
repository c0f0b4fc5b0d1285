package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where a stack is deployed that names no account or region, as the
// repository's own don't. Documentation's account is nobody's.
const (
	defaultAccount = "111111111111"
	defaultRegion  = "eu-central-1"
)

// assembly is a folder of synthesised templates, with or without the manifest
// that `cdk synth` adds.
type assembly struct {
	dir       string
	artifacts map[string]artifact
	region    string   // of stacks of which the manifest doesn't say it
	parsing   []string // stacks under way, by which a circle of them is found
}

type artifact struct {
	Type        string
	Environment string // aws://ACCOUNT/REGION
	Properties  struct{ TemplateFile, File string }
}

func open(dir string) (*assembly, error) {
	var manifest struct{ Artifacts map[string]artifact }
	err := readJSON(filepath.Join(dir, "manifest.json"), &manifest)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return &assembly{dir: dir, artifacts: manifest.Artifacts, region: defaultRegion}, nil
}

func readJSON(file string, v any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// template is the text of a stack's template.
func (a *assembly) template(name string) ([]byte, error) {
	file := name + ".template.json"
	if a.artifacts != nil {
		found, ok := a.artifacts[name]
		if !ok || found.Type != "aws:cloudformation:stack" {
			return nil, fmt.Errorf("%s holds no stack %s; its stacks: %s", a.dir, name, strings.Join(a.stacks(), ", "))
		}
		file = found.Properties.TemplateFile
	}
	text, err := os.ReadFile(filepath.Join(a.dir, file))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; `cdk synth` writes it", err)
	}
	return text, err
}

func (a *assembly) stacks() []string {
	var names []string
	for name, artifact := range a.artifacts {
		if artifact.Type == "aws:cloudformation:stack" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// environment is where a stack is deployed.
func (a *assembly) environment(name string) (account, region string) {
	account, region, _ = strings.Cut(strings.TrimPrefix(a.artifacts[name].Environment, "aws://"), "/")
	if account == "" || account == "unknown-account" {
		account = defaultAccount
	}
	if region == "" || region == "unknown-region" {
		region = a.region
	}
	return account, region
}

// asset finds what the manifest of a stack's assets says is to be uploaded to
// a place, whose names in it hold pseudo parameters.
func (a *assembly) asset(s *Stack, bucket, key string) (string, error) {
	var manifest struct {
		Files map[string]struct {
			Source       struct{ Path, Packaging string }
			Destinations map[string]struct{ BucketName, ObjectKey string }
		}
	}
	if err := readJSON(filepath.Join(a.dir, a.artifacts[s.Name+".assets"].Properties.File), &manifest); err != nil {
		return "", fmt.Errorf("the assets of %s: %w", s.Name, err)
	}
	here := strings.NewReplacer("${AWS::AccountId}", s.Account, "${AWS::Region}", s.Region, "${AWS::Partition}", partition)
	for _, file := range manifest.Files {
		for _, to := range file.Destinations {
			if here.Replace(to.BucketName) != bucket || here.Replace(to.ObjectKey) != key {
				continue
			}
			if file.Source.Packaging != "file" {
				return "", fmt.Errorf("the asset %s is packaged as %q; only files are understood", key, file.Source.Packaging)
			}
			return filepath.Join(a.dir, file.Source.Path), nil
		}
	}
	return "", fmt.Errorf("no asset of %s is uploaded to s3://%s/%s", s.Name, bucket, key)
}

// other reads another stack of the assembly, which must be in a region.
func (a *assembly) other(name, region string) (*Stack, error) {
	elsewhere := *a
	elsewhere.region = region
	if _, at := elsewhere.environment(name); at != region {
		return nil, fmt.Errorf("the stack %s is in %s, not in %s", name, at, region)
	}
	text, err := elsewhere.template(name)
	if err != nil {
		return nil, err
	}
	return elsewhere.parse(text, name)
}
