package fault_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"yangguang/internal/fault"
)

func refuse() (err error) {
	defer fault.Wrap(&err, "room.UseCase(%d)", 7)
	return fault.Say(fault.Conflict, "room.taken", 3)
}

func TestWrapKeepsKindAndSentence(t *testing.T) {
	err := refuse()
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("KindOf = %v, want conflict", got)
	}
	key, args, ok := fault.Sentence(err)
	if key != "room.taken" || len(args) != 1 || !ok {
		t.Errorf("Sentence = %q %v %v", key, args, ok)
	}
	if !strings.Contains(err.Error(), "room.UseCase(7)") {
		t.Errorf("error does not say where: %v", err)
	}
	if !fault.Is(err, fault.Conflict) || fault.Is(nil, fault.Internal) {
		t.Error("Is answers wrongly")
	}
}

func TestForeignErrorsAreInternalAndKeepTheirCause(t *testing.T) {
	if got := fault.KindOf(io.EOF); got != fault.Internal {
		t.Errorf("KindOf(io.EOF) = %v", got)
	}
	err := fault.As(fault.Unavailable, io.ErrShortWrite)
	if !errors.Is(err, io.ErrShortWrite) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("As lost its cause or kind: %v", err)
	}
	if fault.As(fault.Invalid, nil) != nil || fault.Fields() != nil {
		t.Error("nothing wrong must stay nil")
	}
}

func TestErrorTextNamesKeysNeverArguments(t *testing.T) {
	err := fault.Fields(fault.Field{Name: "phone", Key: "x.bad_phone", Args: []any{"13800000000"}})
	if strings.Contains(fmt.Sprint(err), "13800000000") {
		t.Errorf("an argument reached the error text: %v", err)
	}
	if len(fault.FieldsOf(err)) != 1 {
		t.Error("field lost")
	}
}

func TestEveryKindHasNameAndStatus(t *testing.T) {
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if k.String() == "" || http.StatusText(k.Status()) == "" {
			t.Errorf("kind %d has no name or status", k)
		}
	}
}
