package channel

import (
	"os"
	"testing"

	"yangguang/internal/pdf"
)

func TestTheTypefaceHoldsTheSentencesOfTheHouse(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("locale/zh-CN.json")
	if err != nil {
		t.Fatal(err)
	}
	if l := pdf.Lacks(string(b)); len(l) > 0 {
		t.Errorf("lacks %q", string(l))
	}
}
