package engine

import "testing"

func TestIsSRGB(t *testing.T) {
	profile := func(tag, text string) []byte {
		p := make([]byte, 128, 256)
		p = append(p, 0, 0, 0, 1)
		p = append(p, tag...)
		p = append(p, 0, 0, 0, 144, 0, 0, 0, byte(len(text)))
		return append(p, text...)
	}
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
		if got := isSRGB(c.profile); got != c.want {
			t.Errorf("%q: %v, want %v", c.profile, got, c.want)
		}
	}
}

func FuzzIsSRGB(f *testing.F) {
	f.Add(append(make([]byte, 128), "\x00\x00\x00\x01desc\xff\xff\xff\xff\x00\x00\x00\x01"...))
	f.Fuzz(func(t *testing.T, profile []byte) { isSRGB(profile) })
}
