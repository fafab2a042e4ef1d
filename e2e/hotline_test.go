package e2e

import "testing"

// TestOnlyTheAnsweringDeskMayHear asks the browser itself.
func TestOnlyTheAnsweringDeskMayHear(t *testing.T) {
	w := newTab(t)
	w.signIn("xian.qicao")
	for path, want := range map[string]bool{"/desk/hotline": true, "/desk/hotline/callbacks": false, "/desk": false} {
		w.open(path)
		if got := eval[bool](w, `document.featurePolicy.allowsFeature("microphone")`); got != want {
			t.Errorf("%s: the microphone may be asked for: %t", path, got)
		}
	}
}
