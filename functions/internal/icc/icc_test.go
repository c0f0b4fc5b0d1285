package icc

import "testing"

// profile is one of a single element, which a tag names.
func profile(tag, element string) []byte {
	p := append(make([]byte, 128), 0, 0, 0, 1)
	p = append(p, tag...)
	p = append(p, 0, 0, 0, 144, 0, 0, 0, byte(len(element)))
	return append(p, element...)
}

func TestIsSRGB(t *testing.T) {
	for _, c := range []struct {
		profile []byte
		want    bool
	}{
		{profile("desc", "desc....sRGB IEC61966-2.1"), true},
		{profile("desc", "mluc....\x00s\x00R\x00G\x00B"), true},
		{profile("desc", "mluc....\x00D\x00i\x00s\x00p\x00l\x00a\x00y"), false},
		{profile("cprt", "text....about sRGB"), false},
		{profile("desc", "desc....sRGB")[:150], false},
		{nil, false},
	} {
		if got := IsSRGB(c.profile); got != c.want {
			t.Errorf("%q: %v, want %v", c.profile, got, c.want)
		}
	}
}

func TestName(t *testing.T) {
	const mluc = "mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS"
	for _, c := range []struct {
		profile []byte
		want    string
	}{
		{AdobeRGB, "compatible with Adobe RGB (1998)"},
		{TinySRGB, "sRGB"},
		{profile("desc", "desc\x00\x00\x00\x00\x00\x00\x00\x05Mine\x00"), "Mine"},
		{profile("desc", "desc\x00\x00\x00\x00\xff\xff\xff\xffMine\x00"), "Mine"}, // longer than it is
		{profile("desc", mluc+"\x00\x00\x00\x04\x00\x00\x00\x1c\x00M\x00y"), "My"},
		{profile("desc", mluc+"\x00\x00\x00\x05\x00\x00\x00\x1c\x00M\x00y"), ""}, // beyond the end
		{profile("desc", mluc), ""},
		{profile("desc", "desc"), ""},
		{profile("cprt", "text"), ""},
		{nil, ""},
	} {
		if got := Name(c.profile); got != c.want {
			t.Errorf("%q is named %q, want %q", c.profile, got, c.want)
		}
	}
}

func TestIsRGB(t *testing.T) {
	cmyk := append(make([]byte, 16), "CMYK"...)
	if !IsRGB(AdobeRGB) || !IsRGB(TinySRGB) || IsRGB(cmyk) || IsRGB(AdobeRGB[:18]) || IsRGB(nil) {
		t.Error("a profile is for other samples than it says")
	}
}

func Fuzz(f *testing.F) {
	f.Add(append(make([]byte, 128), "\x00\x00\x00\x01desc\xff\xff\xff\xff\x00\x00\x00\x01"...))
	f.Fuzz(func(t *testing.T, profile []byte) { IsSRGB(profile); IsRGB(profile); Name(profile) })
}
