package vips

// Block forbids (or allows) every operation of a class of libvips', such as
// VipsForeignLoad, and those derived from it.
func Block(class string, block bool) { vipsOperationBlockSet(class, toBool(block)) }

// Operations returns the names of a class's operations, and of those derived
// from it: which may be called, and which are blocked.
func Operations(class string) (allowed, blocked []string, err error) {
	for t := range concrete(gTypeFromName(class)) {
		op, err := newOperation(vipsNicknameFind(t))
		if err != nil {
			return nil, nil, err
		}
		if vipsOperationFlags(op.object)&operationBlocked != 0 {
			blocked = append(blocked, op.name)
		} else {
			allowed = append(allowed, op.name)
		}
		op.close()
	}
	return allowed, blocked, nil
}

const (
	typeAbstract     = 1 << 4 // G_TYPE_FLAG_ABSTRACT
	operationBlocked = 1 << 5 // VIPS_OPERATION_BLOCKED
)

// concrete yields the types derived from t, and t, of which there are objects.
func concrete(t gtype) func(yield func(gtype) bool) {
	var walk func(gtype, func(gtype) bool) bool
	walk = func(t gtype, yield func(gtype) bool) bool {
		if gTypeTestFlags(t, typeAbstract) == 0 && !yield(t) {
			return false
		}
		var n uint32
		children := gTypeChildren(t, &n)
		defer gFree(children)
		for i := range uintptr(n) {
			if !walk(*(*gtype)(pointer(children + 8*i)), yield) {
				return false
			}
		}
		return true
	}
	return func(yield func(gtype) bool) { walk(t, yield) }
}
