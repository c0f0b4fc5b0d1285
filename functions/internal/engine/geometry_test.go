package engine

import (
	"math"
	"testing"

	"primrose/functions/internal/options"
)

const plenty = 100_000_000

// A photo of 600×400 px unless the case says otherwise.
func TestPlanGeometry(t *testing.T) {
	all := rect{0, 0, 600, 400}
	for _, c := range []struct {
		name   string
		stored size
		v      options.Values
		area   rect
		scaled size
		canvas size
		out    size
	}{
		{name: "nothing asked", out: size{600, 400}},
		{name: "width", v: options.Values{W: 300}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "height", v: options.Values{H: 100}, scaled: size{150, 100}, out: size{150, 100}},
		{name: "clip", v: options.Values{W: 300, H: 300}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "clip enlarges", v: options.Values{W: 900, H: 900}, scaled: size{900, 600}, out: size{900, 600}},
		{name: "width enlarges", v: options.Values{W: 1200}, scaled: size{1200, 800}, out: size{1200, 800}},
		{name: "dpr", v: options.Values{W: 100, H: 100, DPR: 1.5}, scaled: size{150, 100}, out: size{150, 100}},
		{name: "dpr alone", v: options.Values{DPR: 2}, out: size{600, 400}},
		{name: "max", v: options.Values{W: 300, H: 300, Fit: options.FitMax}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "max does not enlarge", v: options.Values{W: 900, H: 900, Fit: options.FitMax}, scaled: size{600, 400}, out: size{600, 400}},
		{name: "max of one side does not enlarge", v: options.Values{W: 900, Fit: options.FitMax}, scaled: size{600, 400}, out: size{600, 400}},
		{name: "scale", v: options.Values{W: 50, H: 200, Fit: options.FitScale}, scaled: size{50, 200}, out: size{50, 200}},
		{name: "scale of one side", v: options.Values{H: 200, Fit: options.FitScale}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "fill", v: options.Values{W: 300, H: 300, Fit: options.FitFill}, scaled: size{300, 200}, canvas: size{300, 300}, out: size{300, 300}},
		{name: "clamp", v: options.Values{W: 900, H: 900, Fit: options.FitClamp}, scaled: size{900, 600}, canvas: size{900, 900}, out: size{900, 900}},

		{name: "crop", v: options.Values{W: 100, H: 100, Fit: options.FitCrop}, area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop top", v: options.Values{W: 300, H: 100, Fit: options.FitCrop, Crop: options.CropTop}, area: rect{0, 0, 600, 200}, scaled: size{300, 100}, out: size{300, 100}},
		{name: "crop bottom", v: options.Values{W: 300, H: 100, Fit: options.FitCrop, Crop: options.CropBottom}, area: rect{0, 200, 600, 200}, scaled: size{300, 100}, out: size{300, 100}},
		{name: "crop left", v: options.Values{W: 100, H: 100, Fit: options.FitCrop, Crop: options.CropLeft | options.CropTop}, area: rect{0, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop right", v: options.Values{W: 100, H: 100, Fit: options.FitCrop, Crop: options.CropRight}, area: rect{200, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop both sides is the centre", v: options.Values{W: 100, H: 100, Fit: options.FitCrop, Crop: options.CropRight | options.CropLeft}, area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "crop of one side", v: options.Values{W: 300, Fit: options.FitCrop}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "crop enlarges", v: options.Values{W: 800, H: 800, Fit: options.FitCrop}, area: rect{100, 0, 400, 400}, scaled: size{800, 800}, out: size{800, 800}},
		{name: "min", v: options.Values{W: 100, H: 100, Fit: options.FitMin}, area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "min does not enlarge", v: options.Values{W: 800, H: 800, Fit: options.FitMin}, area: rect{100, 0, 400, 400}, scaled: size{400, 400}, out: size{400, 400}},

		{name: "ratio and width", v: options.Values{W: 280, AR: options.Ratio{W: 2, H: 1}, Fit: options.FitCrop}, area: rect{0, 50, 600, 300}, scaled: size{280, 140}, out: size{280, 140}},
		{name: "ratio and height", v: options.Values{H: 100, AR: options.Ratio{W: 1, H: 2}, Fit: options.FitCrop}, area: rect{200, 0, 200, 400}, scaled: size{50, 100}, out: size{50, 100}},
		{name: "ratio alone", stored: size{900, 270}, v: options.Values{AR: options.Ratio{W: 9, H: 1}, Fit: options.FitCrop}, area: rect{0, 85, 900, 100}, scaled: size{900, 100}, out: size{900, 100}},
		{name: "ratio, width and height", v: options.Values{W: 100, H: 100, AR: options.Ratio{W: 9, H: 1}, Fit: options.FitCrop}, area: rect{100, 0, 400, 400}, scaled: size{100, 100}, out: size{100, 100}},
		{name: "ratio needs crop or fill", v: options.Values{W: 300, AR: options.Ratio{W: 9, H: 1}}, scaled: size{300, 200}, out: size{300, 200}},
		{name: "ratio and fill", v: options.Values{W: 300, AR: options.Ratio{W: 1, H: 1}, Fit: options.FitFill}, scaled: size{300, 200}, canvas: size{300, 300}, out: size{300, 300}},
		{name: "ratio, width and dpr", v: options.Values{W: 100, DPR: 2, AR: options.Ratio{W: 2, H: 1}, Fit: options.FitCrop}, area: rect{0, 50, 600, 300}, scaled: size{200, 100}, out: size{200, 100}},

		{name: "rectangle", v: options.Values{Rect: options.Rect{X: 10, Y: 20, W: 30, H: 40}}, area: rect{10, 20, 30, 40}, out: size{30, 40}},
		{name: "rectangle, then width", v: options.Values{W: 60, Rect: options.Rect{X: 10, Y: 20, W: 30, H: 40}}, area: rect{10, 20, 30, 40}, scaled: size{60, 80}, out: size{60, 80}},
		{name: "rectangle, then crop", v: options.Values{W: 15, H: 15, Fit: options.FitCrop, Rect: options.Rect{X: 10, Y: 20, W: 30, H: 40}}, area: rect{10, 25, 30, 30}, scaled: size{15, 15}, out: size{15, 15}},
		{name: "rectangle over the edge", v: options.Values{Rect: options.Rect{X: 590, Y: 0, W: 100, H: 1000}}, area: rect{590, 0, 10, 400}, out: size{10, 400}},
		{name: "rectangle beside the image", v: options.Values{Rect: options.Rect{X: 600, Y: 0, W: 10, H: 10}}, out: size{600, 400}},

		{name: "sliver", stored: size{3, 1000}, v: options.Values{W: 1, H: 1}, area: rect{0, 0, 3, 1000}, scaled: size{1, 1}, out: size{1, 1}},
		{name: "one pixel", stored: size{1, 1}, v: options.Values{W: 100, H: 50, Fit: options.FitCrop}, area: rect{0, 0, 1, 1}, scaled: size{100, 50}, out: size{100, 50}},
	} {
		stored := c.stored
		if stored.none() {
			stored = size{600, 400}
		}
		area := c.area
		if area == (rect{}) {
			area = rect{0, 0, stored.w, stored.h}
		}
		g := planGeometry(stored, 1, c.v, plenty)
		if g.area != area || g.scaled != c.scaled || g.canvas != c.canvas || g.out() != c.out {
			t.Errorf("%s: area %v, scaled %v, canvas %v, out %v; want %v, %v, %v, %v",
				c.name, g.area, g.scaled, g.canvas, g.out(), area, c.scaled, c.canvas, c.out)
		}
	}
	if g := planGeometry(size{400, 600}, 6, options.Values{W: 300}, plenty); g.area != all || g.scaled != (size{300, 200}) {
		t.Errorf("turned: area %v, scaled %v", g.area, g.scaled)
	}
}

// A content-aware crop chooses from as few pixels as hold enough detail.
func TestPlanSmartCrop(t *testing.T) {
	smaller := planGeometry(size{600, 400}, 1, options.Values{W: 100, H: 100, Fit: options.FitCrop, Crop: options.CropEntropy}, plenty)
	if !smaller.before.none() || smaller.scaled != (size{150, 100}) || smaller.after != (size{100, 100}) {
		t.Errorf("shrinking: %+v", smaller)
	}
	larger := planGeometry(size{600, 400}, 1, options.Values{W: 800, H: 800, Fit: options.FitCrop, Crop: options.CropAttention}, plenty)
	if larger.before != (size{400, 400}) || larger.scaled != (size{800, 800}) || !larger.after.none() {
		t.Errorf("enlarging: %+v", larger)
	}
}

func TestPlanStaysWithinLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		stored size
		v      options.Values
		pixels int64
		out    size
	}{
		{"at the limit", size{100, 100}, options.Values{W: 8192}, plenty, size{8192, 8192}},
		{"dpr goes no further", size{100, 100}, options.Values{W: 8192, DPR: 8}, plenty, size{8192, 8192}},
		{"the free side", size{10, 1000}, options.Values{W: 8192}, plenty, size{82, 8192}},
		{"crop keeps its ratio", size{600, 400}, options.Values{W: 4000, H: 2000, DPR: 4, Fit: options.FitCrop}, plenty, size{8192, 4096}},
		{"an original beyond it", size{10000, 5000}, options.Values{}, plenty, size{8192, 4096}},
		{"pixels", size{600, 400}, options.Values{W: 600, H: 400, DPR: 2}, 600 * 400, size{600, 400}},
		{"pixels of fill", size{600, 400}, options.Values{W: 1000, H: 1000, Fit: options.FitFill}, 10_000, size{100, 100}},
		{"one pixel", size{600, 400}, options.Values{}, 1, size{1, 1}},
	} {
		if out := planGeometry(c.stored, 1, c.v, c.pixels).out(); out != c.out {
			t.Errorf("%s: %v comes out, want %v", c.name, out, c.out)
		}
	}
}

func TestShrink(t *testing.T) {
	for _, c := range []struct{ w, shrink int }{{2725, 1}, {1363, 1}, {1362, 1}, {681, 2}, {341, 2}, {340, 4}, {300, 4}, {171, 4}, {170, 8}, {10, 8}, {5000, 1}} {
		if got := planGeometry(size{2725, 2225}, 1, options.Values{W: c.w}, plenty).shrink(); got != c.shrink {
			t.Errorf("to %d px: shrink %d, want %d", c.w, got, c.shrink)
		}
	}
	for _, c := range []struct {
		w     int
		scale float64
	}{{2725, 1}, {1363, 1}, {545, 0.4}, {5000, 1}} {
		if got := planGeometry(size{2725, 2225}, 1, options.Values{W: c.w}, plenty).scale(); math.Abs(got-c.scale) > 0.001 {
			t.Errorf("to %d px: scale %v, want %v", c.w, got, c.scale)
		}
	}
}

// Where each corner of the stored image is seen, by EXIF's own words.
func TestToStored(t *testing.T) {
	const w, h = 30, 20
	for orientation, seenTopLeft := range []rect{
		1: {0, 0, 1, 1},         // stored top left is seen top left
		2: {w - 1, 0, 1, 1},     // stored top right is
		3: {w - 1, h - 1, 1, 1}, // stored bottom right
		4: {0, h - 1, 1, 1},     // stored bottom left
		5: {0, 0, 1, 1},         // transposed: top left stays
		6: {0, h - 1, 1, 1},     // stored bottom left comes to the top left
		7: {w - 1, h - 1, 1, 1}, // transposed the other way
		8: {w - 1, 0, 1, 1},     // stored top right comes to the top left
	} {
		if orientation == 0 {
			continue
		}
		g := geometry{orientation: orientation, stored: size{w, h}}
		if got := g.toStored(rect{0, 0, 1, 1}); got != seenTopLeft {
			t.Errorf("orientation %d: the top left lies at %v, want %v", orientation, got, seenTopLeft)
		}
		seen := g.toStoredSize(size{w, h}) // of the whole image as seen
		if got := g.toStored(rect{0, 0, seen.w, seen.h}); got != (rect{0, 0, w, h}) {
			t.Errorf("orientation %d: all of it lies at %v", orientation, got)
		}
	}
}

// Whatever is asked of whatever original, the plan stays inside of both.
func FuzzPlanGeometry(f *testing.F) {
	f.Add(600, 400, 6, 100, 100, 1.5, "crop", uint8(32), 2.0, 1.0, 10, 10, 50, 50)
	f.Add(600, 400, 1, 8192, 8192, 8.0, "crop", uint8(1), 1.0, 1.0, 27, 100, 50, 2) // cut twice: it is too large at first
	f.Add(1, 10000, 1, 8192, 1, 8.0, "fill", uint8(0), 10000.0, 0.0001, 0, 0, 0, 0)
	f.Fuzz(func(t *testing.T, sw, sh, orientation, w, h int, dpr float64, fit string, crop uint8, arW, arH float64, x, y, rw, rh int) {
		in := func(n, from, to int) bool { return n >= from && n <= to }
		if !in(sw, 1, 100_000) || !in(sh, 1, 100_000) || !in(orientation, 1, 8) || !in(w, 0, maxSide) || !in(h, 0, maxSide) ||
			!(dpr >= 0.1 && dpr <= 8) || !(arW >= 0.0001 && arW <= 10000) || !(arH >= 0.0001 && arH <= 10000) ||
			!in(x, 0, 10_000_000) || !in(y, 0, 10_000_000) || !in(rw, 0, 10_000_000) || !in(rh, 0, 10_000_000) {
			t.Skip()
		}
		v := options.Values{W: w, H: h, DPR: dpr, Fit: options.Fit(fit), Crop: options.Crop(crop),
			AR: options.Ratio{W: arW, H: arH}, Rect: options.Rect{X: x, Y: y, W: rw, H: rh}}
		const limit = 10_000_000
		g := planGeometry(size{sw, sh}, orientation, v, limit)
		if out := g.out(); !in(out.w, 1, maxSide) || !in(out.h, 1, maxSide) || out.w*out.h > limit {
			t.Errorf("%v comes out", out)
		}
		if a := g.toStored(g.area); a.x < 0 || a.y < 0 || a.w < 1 || a.h < 1 || a.x+a.w > sw || a.y+a.h > sh {
			t.Errorf("area %v of a %d×%d original", a, sw, sh)
		}
		if b := g.before; b.w > g.area.w || b.h > g.area.h {
			t.Errorf("%v is to be cut out of %v", b, g.area)
		}
		if a := g.after; a.w > g.scaled.w || a.h > g.scaled.h {
			t.Errorf("%v is to be cut out of %v", a, g.scaled)
		}
	})
}
