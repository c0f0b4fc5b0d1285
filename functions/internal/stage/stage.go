// Package stage reads what a synthesised stage says of its edge function and its
// image function, so that the local service can be that stage's.
package stage

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"primrose/functions/internal/twin/template"
)

// Stage is what the local service can take from a stage.
type Stage struct {
	Name        string
	File        string            // the template's
	Edge        string            // the edge function's source, as it is deployed
	Environment map[string]string // of the image function
	Keys        []string          // ids of the keys that URLs may be signed with
}

// What the template is read as.
type (
	edgeFunction struct{ FunctionCode string }
	lambda       struct {
		Environment struct{ Variables map[string]string }
	}
)

// Read reads the stage of a name from dir, where `cdk synth` writes: cdk.out.
func Read(dir, name string) (Stage, error) {
	file, err := find(dir, name)
	if err != nil {
		return Stage{}, err
	}
	stack, err := template.Read(dir, strings.TrimSuffix(filepath.Base(file), suffix))
	if err != nil {
		return Stage{}, fmt.Errorf("%s: %w", file, err)
	}
	s := Stage{Name: name, File: file}
	if err := errors.Join(s.readEdge(stack), s.readImage(stack)); err != nil {
		return Stage{}, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

const suffix = ".template.json"

// home is the name of a stage's stack in its home region, which the stage's
// other stacks have with a word behind.
var home = regexp.MustCompile(`^primrose-([a-z0-9]+)-[a-z]+(-[a-z]+)+-[0-9]+$`)

// find finds the template of a stage's stack in its home region.
func find(dir, name string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return "", err
	}
	var found, others []string
	for _, file := range files {
		match := home.FindStringSubmatch(strings.TrimSuffix(filepath.Base(file), suffix))
		switch {
		case match == nil:
		case match[1] == name:
			found = append(found, file)
		default:
			others = append(others, match[1])
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", fmt.Errorf("%s holds stage %s in several regions: %s; remove the folder, and synthesise again", dir, name, strings.Join(found, ", "))
	case len(others) > 0:
		return "", fmt.Errorf("%s holds no stage %s, but %s", dir, name, strings.Join(others, ", "))
	}
	return "", fmt.Errorf("%s holds no synthesised stage: `make synth` writes them there", dir)
}

// pushed are the ids in the command that the stage says to push its keys by.
var pushed = regexp.MustCompile(`--secret ([a-z0-9-]+)=`)

func (s *Stage) readEdge(stack *template.Stack) error {
	functions, err := template.View[edgeFunction](stack, "AWS::CloudFront::Function")
	if err != nil {
		return err
	}
	if len(functions) != 1 {
		return fmt.Errorf("it has %d resources of type AWS::CloudFront::Function, want one", len(functions))
	}
	s.Edge = functions[0].Properties.FunctionCode
	for _, match := range pushed.FindAllStringSubmatch(stack.Outputs["PushKeys"], -1) {
		s.Keys = append(s.Keys, match[1])
	}
	return nil
}

// readImage finds the image function by what only it is told.
func (s *Stage) readImage(stack *template.Stack) error {
	functions, err := template.View[lambda](stack, "AWS::Lambda::Function")
	if err != nil {
		return err
	}
	for _, function := range functions {
		if variables := function.Properties.Environment.Variables; variables["PRIMROSE_DEADLINE"] != "" {
			s.Environment = variables
			return nil
		}
	}
	return errors.New("none of its functions has PRIMROSE_DEADLINE, as the image function does")
}
