package problem

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What a viewer sees of a problem is its public face, however it is wrapped.
func TestPublicFace(t *testing.T) {
	secret := errors.New("secret")
	wrapped := fmt.Errorf("secret: %w", New(BrokenImage, "byte %d is wrong", 7).Because(secret))
	text, err := json.Marshal(Of(wrapped))
	want := `{"title":"Unprocessable Entity","status":422,"code":"broken_image","detail":"byte 7 is wrong"}`
	if err != nil || string(text) != want {
		t.Errorf("the face is %s, %v; want %s", text, err, want)
	}
	if !errors.Is(wrapped, secret) || !strings.Contains(Of(wrapped).Error(), "secret") {
		t.Errorf("the log doesn't tell the cause: %v", Of(wrapped))
	}

	defect := Of(secret)
	if text, err := json.Marshal(defect); err != nil || defect.Status() != 500 || strings.Contains(string(text), "secret") {
		t.Errorf("a defect looks like %s, %v", text, err)
	}
	if got := New("unheard_of", "").Status(); got != http.StatusInternalServerError {
		t.Errorf("a code without a status has %d", got)
	}
}

// The README lists every code with its status: rows | `code`, … | status | … |.
// Behind a status may stand what AWS says with the same code, and one code is
// AWS's alone.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[Code]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z_`, ]+`) \\| ([0-9]{3})[0-9x, ]* \\|").FindAllStringSubmatch(string(text), -1) {
		number, err := strconv.Atoi(row[2])
		if err != nil {
			t.Fatal(err)
		}
		for code := range strings.SplitSeq(row[1], ", ") {
			listed[Code(strings.Trim(code, "`"))] = number
		}
	}
	for code, number := range status {
		if listed[code] != number {
			t.Errorf("%s has status %d, the README says %d", code, number, listed[code])
		}
		delete(listed, code)
	}
	const forbidden = "forbidden" // the API's answer to who may not ask it, see infra/service
	if listed[forbidden] != http.StatusForbidden {
		t.Errorf("%s has status 403, the README says %d", forbidden, listed[forbidden])
	}
	delete(listed, forbidden)
	for code := range listed {
		t.Errorf("the README lists %s, which no error has", code)
	}
}
