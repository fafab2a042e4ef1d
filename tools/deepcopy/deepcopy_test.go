package deepcopy

import (
	"reflect"
	"testing"
)

type leaf struct{ N int }

type tree struct {
	Name   string
	Leaf   *leaf
	Leaves []leaf
	ByName map[string]*leaf
	Any    any
	own    int
}

func TestNothingIsSharedWithTheCopy(t *testing.T) {
	src := tree{"a", &leaf{1}, []leaf{{2}, {3}}, map[string]*leaf{"x": {4}}, &leaf{5}, 6}
	for _, from := range []any{src, &src} {
		var dst tree
		if err := Copy(&dst, from); err != nil || !reflect.DeepEqual(dst, src) {
			t.Fatalf("%+v, %v", dst, err)
		}
		dst.Leaf.N, dst.Leaves[0].N, dst.ByName["x"].N, dst.Any.(*leaf).N = 9, 9, 9, 9
		if src.Leaf.N != 1 || src.Leaves[0].N != 2 || src.ByName["x"].N != 4 || src.Any.(*leaf).N != 5 {
			t.Errorf("the copy shares something: %+v", src)
		}
	}
}

func TestOtherTypesAreRefused(t *testing.T) {
	var dst tree
	for _, src := range []any{leaf{1}, nil, "text"} {
		if err := Copy(&dst, src); err == nil {
			t.Errorf("%v was copied into a tree", src)
		}
	}
	if err := Copy(dst, dst); err == nil {
		t.Error("copied into what cannot be changed")
	}
}
