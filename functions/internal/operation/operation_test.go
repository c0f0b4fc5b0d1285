package operation

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"primrose/functions/internal/engine"
	"primrose/functions/internal/problem"
	"primrose/functions/internal/sample"
	"primrose/functions/internal/worker"
)

// TestMain lets the pool run this test binary as a worker.
func TestMain(m *testing.M) {
	worker.Main()
	os.Exit(m.Run())
}

// service has a real worker with the real engine.
func service(t *testing.T) Service {
	t.Helper()
	pool, err := worker.NewPool(worker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return Service{Worker: pool, Limits: engine.DefaultLimits}
}

// invoke returns an event's result as its caller gets it.
func invoke(t *testing.T, s Service, event []byte) any {
	t.Helper()
	result, err := s.Invoke(t.Context(), event)
	if err != nil {
		t.Fatalf("%.80s: %v", event, err)
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

type fields = map[string]any

// ask invokes an operation on an image, which may be nil.
func ask(t *testing.T, s Service, operation string, picture []byte, more fields) any {
	t.Helper()
	return invoke(t, s, eventOf(t, operation, picture, more))
}

func eventOf(t *testing.T, operation string, picture []byte, more fields) []byte {
	t.Helper()
	all := fields{"operation": operation, "base64Image": base64.StdEncoding.EncodeToString(picture)}
	maps.Copy(all, more)
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// picture decodes a result, in the formats that Go reads itself.
func picture(t *testing.T, result any) (image.Image, string) {
	t.Helper()
	img, kind, err := image.Decode(bytes.NewReader(unbase64(t, result)))
	if err != nil {
		t.Fatal(err)
	}
	return img, kind
}

func unbase64(t *testing.T, result any) []byte {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(result.(string))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func size(t *testing.T, result any, kind string, width, height int) {
	t.Helper()
	img, k := picture(t, result)
	if b := img.Bounds(); k != kind || b.Dx() != width || b.Dy() != height {
		t.Errorf("the result is a %s of %dx%d, want a %s of %dx%d", k, b.Dx(), b.Dy(), kind, width, height)
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the result is %v, want %v", got, want)
	}
}

// Each test event gives what its operation promises of the rose.
func TestEvents(t *testing.T) {
	s := service(t)
	checks := map[string]func(t *testing.T, result any){
		"ping":          func(t *testing.T, result any) { equal(t, result, "pong") },
		"getSample":     func(t *testing.T, result any) { equal(t, unbase64(t, result), sample.Rose()) },
		"getDimensions": func(t *testing.T, result any) { equal(t, result, "70x46\n") },
		"identify": func(t *testing.T, result any) {
			got := result.(fields)
			if bytes, ok := strings.CutSuffix(got["filesize"].(string), "B"); !ok || strings.Trim(bytes, "0123456789") != "" {
				t.Errorf("the filesize is %v", got["filesize"])
			}
			delete(got, "filesize") // Go's PNG encoder may change
			equal(t, got, fields{
				"format": "PNG", "width": 70.0, "height": 46.0, "depth": 8.0, "geometry": "70x46+0+0",
				"colorspace": "sRGB", "properties": fields{},
			})
		},
		"resize":    func(t *testing.T, result any) { size(t, result, "jpeg", 35, 23) },
		"thumbnail": func(t *testing.T, result any) { size(t, result, "png", 100, 66) },
		"convert": func(t *testing.T, result any) {
			line := ask(t, s, "identify", unbase64(t, result), fields{"customArgs": []string{"-format", "%m %wx%h"}})
			equal(t, line, "WEBP 40x40\n")
		},
	}
	files, err := filepath.Glob("../../image/events/*.json")
	if err != nil || len(files) != len(checks) {
		t.Fatalf("there are %d events for %d checks (%v)", len(files), len(checks), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checks[name](t, invoke(t, s, text))
		})
	}
}

func TestResize(t *testing.T) {
	s := service(t)
	tests := []struct {
		more          fields
		kind          string
		width, height int
	}{
		{nil, "png", 100, 66},
		{fields{"width": 0, "height": ""}, "png", 100, 66},
		{fields{"width": nil, "height": nil, "filter": nil, "quality": nil}, "png", 100, 66},
		{fields{"width": "35"}, "png", 35, 23},
		{fields{"height": 23}, "png", 35, 23},
		{fields{"width": 140, "height": "46"}, "png", 70, 46},
		{fields{"width": 35.4, "outputExtension": "JPEG"}, "jpeg", 35, 23},
		{fields{"width": 35, "outputExtension": "gif", "filter": "Point", "sharpening": 0}, "gif", 35, 23},
		{fields{"width": 35, "customArgs": []string{"-rotate", "90"}, "strip": false, "timeout": 10, "color": "none"}, "png", 23, 35},
	}
	for _, test := range tests {
		size(t, ask(t, s, "resize", sample.Rose(), test.more), test.kind, test.width, test.height)
	}
}

// What the fields of resize do to the encoded image.
func TestResizeEncodes(t *testing.T) {
	s := service(t)
	jpeg := func(more fields) []byte {
		more["outputExtension"], more["width"] = "jpg", 300
		return unbase64(t, ask(t, s, "resize", sample.Rose(), more))
	}
	quality := func(data []byte) any { return ask(t, s, "identify", data, nil).(fields)["quality"] }

	equal(t, quality(jpeg(fields{})), 0.8)
	equal(t, quality(jpeg(fields{"quality": 0.5})), 0.5)
	equal(t, quality(jpeg(fields{"quality": 0.5, "customArgs": []string{"-quality", "30"}})), 0.3)
	equal(t, quality(jpeg(fields{"quality": 0.5, "format": "gif"})), 0.92)

	const progressive = "\xff\xc2" // the marker of its frame, ITU-T T.81 table B.1
	for _, asked := range []bool{true, false} {
		if got := bytes.Contains(jpeg(fields{"progressive": asked}), []byte(progressive)); got != asked {
			t.Errorf("progressive %v: the JPEG is %v", asked, got)
		}
	}
	gray, _ := picture(t, ask(t, s, "resize", sample.Rose(), fields{"colorspace": "Gray"}))
	if r, g, b, _ := gray.At(50, 33).RGBA(); r != g || g != b {
		t.Errorf("with colorspace Gray a pixel is %d, %d, %d", r, g, b)
	}
	plain, _ := picture(t, ask(t, s, "resize", sample.Rose(), fields{"sharpening": 0}))
	sharp, _ := picture(t, ask(t, s, "resize", sample.Rose(), fields{"sharpening": 1}))
	if contrast(sharp) <= contrast(plain) {
		t.Errorf("sharpening lowers the contrast from %d to %d", contrast(plain), contrast(sharp))
	}
}

// contrast is the sum of the differences between neighbours.
func contrast(img image.Image) (sum int) {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() - 1 {
			_, a, _, _ := img.At(x, y).RGBA()
			_, b, _, _ := img.At(x+1, y).RGBA()
			sum += max(int(a)-int(b), int(b)-int(a))
		}
	}
	return sum
}

func TestIdentify(t *testing.T) {
	s := service(t)
	camera := ask(t, s, "identify", sideways(t), nil).(fields)
	delete(camera, "filesize")
	equal(t, camera, fields{
		"format": "JPEG", "width": 70.0, "height": 46.0, "depth": 8.0, "quality": 0.75, "geometry": "70x46+0+0",
		"colorspace": "sRGB", "properties": fields{"exif:orientation": "6"},
	})
	equal(t, ask(t, s, "getDimensions", blinking(t), fields{"customArgs": []string{"-write", "x"}}), "7x5\n7x5\n")
	equal(t, ask(t, s, "identify", blinking(t), fields{"customArgs": []string{}, "inputExtension": "png"}),
		fmt.Sprintf("%[1]s%[1]s", fmt.Sprintf("GIF 7x5 7x5+0+0 8-bit sRGB %dB\n", len(blinking(t)))))
}

func TestConvert(t *testing.T) {
	s := service(t)
	upright, kind := picture(t, ask(t, s, "convert", sideways(t), fields{"outputExtension": "png"}))
	if kind != "png" || upright.Bounds().Dx() != 46 {
		t.Errorf("a photo from a camera held sideways becomes a %s of %v", kind, upright.Bounds())
	}
	moving, err := gif.DecodeAll(bytes.NewReader(unbase64(t, ask(t, s, "convert", blinking(t), fields{
		"outputExtension": "gif", "customArgs": []string{"-rotate", "90"},
	}))))
	if err != nil || len(moving.Image) != 2 || moving.Config.Width != 5 || moving.Config.Height != 7 {
		t.Errorf("an animation becomes %d frames of %dx%d (%v)", len(moving.Image), moving.Config.Width, moving.Config.Height, err)
	}
	equal(t, ask(t, s, "convert", sample.Rose(), fields{"customArgs": []string{"-resize", "50%", "-format", "%m %wx%h"}}), "PNG 35x23\n")
	size(t, ask(t, s, "getSample", nil, fields{"outputExtension": "jpg"}), "jpeg", 70, 46)
}

// sideways is the rose as a JPEG of a camera that was held on its side.
func sideways(t *testing.T) []byte {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(sample.Rose()))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	// One entry of Exif's first directory: Orientation (0x0112), a short, 6.
	const exif = "\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08" +
		"\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	return slices.Concat(b.Bytes()[:2], []byte(exif), b.Bytes()[2:])
}

// blinking is an animation of two frames.
func blinking(t *testing.T) []byte {
	t.Helper()
	frame := func(c color.Color) *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 7, 5), color.Palette{c})
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(color.White), frame(color.Black)}, Delay: []int{10, 10}})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestErrors(t *testing.T) {
	s := service(t)
	rose := base64.StdEncoding.EncodeToString(sample.Rose())
	broken := base64.StdEncoding.EncodeToString(sample.Rose()[:2000])
	tests := []struct {
		event string
		code  problem.Code
		says  string // "=" and the whole text, or a part of it
	}{
		{`{}`, problem.BadRequest, `=Unrecognized operation "undefined"`},
		{`{"operation":"rotate"}`, problem.BadRequest, `=Unrecognized operation "rotate"`},
		{`{"operation":"PING"}`, problem.BadRequest, `=Unrecognized operation "PING"`},
		{`{"operation":null}`, problem.BadRequest, `=Unrecognized operation "null"`},
		{`{"operation":7}`, problem.BadRequest, `=Unrecognized operation "7"`},
		{`"ping"`, problem.BadRequest, "must be a JSON object"},
		{`{"operation":"ping"`, problem.BadRequest, "not valid JSON"},
		{`{"operation":"identify"}`, problem.BadRequest, `=Invalid identify request: no "base64Image" field supplied`},
		{`{"operation":"getDimensions","base64Image":""}`, problem.BadRequest, `=Invalid identify request: no "base64Image" field supplied`},
		{`{"operation":"resize","base64Image":null}`, problem.BadRequest, `=Invalid resize request: no "base64Image" field supplied`},
		{`{"operation":"thumbnail"}`, problem.BadRequest, `=Invalid resize request: no "base64Image" field supplied`},
		{`{"operation":"convert"}`, problem.BadRequest, `=Invalid convert request: no "base64Image" field supplied`},
		{`{"operation":"resize","base64Image":5}`, problem.BadRequest, `the field "base64Image" must be a string, not a number`},
		{`{"operation":"convert","customArgs":"-flip"}`, problem.BadRequest, `the field "customArgs" must be a list of strings, not a string`},
		{`{"operation":"resize","width":"wide"}`, problem.BadRequest, `must be a number of pixels, not "wide"`},
		{`{"operation":"resize","srcPath":"/etc/passwd","base64Image":"` + rose + `"}`, problem.BadRequest, `"srcPath" is refused`},
		{`{"operation":"identify","base64Image":"a&b"}`, problem.BadRequest, "not base64"},
		{`{"operation":"identify","base64Image":"iVBORw0"}`, problem.BadRequest, "with padding"},
		{`{"operation":"identify","base64Image":"data:image/png;base64,` + rose + `"}`, problem.BadRequest, "leave out"},
		{`{"operation":"identify","base64Image":"aGVsbG8="}`, problem.UnsupportedFormat, "Command failed: "},
		{`{"operation":"resize","base64Image":"` + broken + `"}`, problem.BrokenImage, "Command failed: "},
		{`{"operation":"convert","outputExtension":"msl","base64Image":"` + rose + `"}`, problem.BadRequest, `no format has the extension "msl"`},
		{`{"operation":"convert","customArgs":["label:@/proc/self/environ"],"base64Image":"` + rose + `"}`, problem.BadRequest, "is not allowed"},
		{`{"operation":"convert","customArgs":["-crop","9x9+99+99"],"base64Image":"` + rose + `"}`, problem.BadRequest, "outside of the image"},
		{`{"operation":"identify","customArgs":["-flip"],"base64Image":"` + rose + `"}`, problem.BadRequest, "identify changes no image"},
		{`{"operation":"resize","width":8193,"base64Image":"` + rose + `"}`, problem.BadRequest, "1 to 8192 px"},
		{`{"operation":"resize","width":-5,"base64Image":"` + rose + `"}`, problem.BadRequest, `-resize "-5"`},
		{`{"operation":"resize","quality":1.1,"base64Image":"` + rose + `"}`, problem.BadRequest, "from 0 to 1"},
		{`{"operation":"resize","sharpening":-1,"base64Image":"` + rose + `"}`, problem.BadRequest, "from 0 to 1"},
		{`{"operation":"resize","filter":"@x","base64Image":"` + rose + `"}`, problem.BadRequest, "the filter"},
		{`{"operation":"resize","colorspace":"CMYK","base64Image":"` + rose + `"}`, problem.BadRequest, "Gray or sRGB"},
		{ping(maxEvent + 1), problem.OriginalTooLarge, "at most 6291456 can be sent"},
	}
	for _, test := range tests {
		_, err := s.Invoke(t.Context(), []byte(test.event))
		p := problem.Of(err)
		whole, isWhole := strings.CutPrefix(test.says, "=")
		if err == nil || p.Code != test.code || isWhole && p.Detail != whole || !isWhole && !strings.Contains(p.Detail, test.says) {
			t.Errorf("%.80s: %v, want %s that says %s", test.event, err, test.code, test.says)
		}
	}
}

// ping is an event of size bytes.
func ping(size int) string {
	const event = `{"operation":"ping"}`
	return event + strings.Repeat(" ", size-len(event))
}

// The service's own limits hold for events too, and only from one past them.
func TestLimits(t *testing.T) {
	s := service(t)
	equal(t, invoke(t, s, []byte(ping(maxEvent))), "pong")
	event := eventOf(t, "thumbnail", sample.Rose(), fields{"width": 70})
	s.Limits.Bytes, s.Limits.Pixels = int64(len(sample.Rose())), sample.RoseWidth*sample.RoseHeight
	invoke(t, s, event)
	s.Limits.Bytes--
	if _, err := s.Invoke(t.Context(), event); problem.Of(err).Code != problem.OriginalTooLarge {
		t.Errorf("one byte too many: %v", err)
	}
	s.Limits.Bytes++
	s.Limits.Pixels--
	if _, err := s.Invoke(t.Context(), event); problem.Of(err).Code != problem.TooManyPixels {
		t.Errorf("one pixel too many: %v", err)
	}
}

// FuzzParseEvent: an event is parsed or refused with a problem, and what is
// parsed of resize's fields is a program or a problem.
func FuzzParseEvent(f *testing.F) {
	files, err := filepath.Glob("../../image/events/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"operation":{},"width":"1e99","height":"NaN","quality":-0,"filter":"","sharpening":1e400,"customArgs":[null,"@x"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := parseEvent(text)
		if err == nil {
			e.operation()
			_, err = e.resizing()
		}
		if err != nil && problem.Of(err).Code == problem.Internal {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
