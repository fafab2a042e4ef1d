package rtp_test

import (
	"fmt"
	"strings"
	"testing"

	"yangguang/internal/rtp"
)

const offered = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

func TestParseKeyReadsWhatRFC4568Writes(t *testing.T) {
	for _, value := range []string{
		offered, offered + "|2^20", offered + "|2^20 WSH=64",
		strings.Replace(offered, "_80", "_32", 1),
	} {
		k, err := rtp.ParseKey(value)
		if err != nil || k.Tag != 1 || !strings.HasPrefix(value, k.Attribute()) {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, value := range []string{
		"", "1", "x " + offered[2:], offered[2:], offered + "|2^20|1:4", offered + "|1:4", offered + " UNENCRYPTED_SRTP", offered + " KDR=1",
		strings.Replace(offered, "AES_CM_128", "F8_128", 1), offered[:len(offered)-4], offered + "AAAA", offered + ";inline:abc", strings.Replace(offered, "WVNf", "****", 1),
	} {
		k, err := rtp.ParseKey(value)
		if err == nil {
			t.Errorf("%q was taken as %v", value, k)
		} else if strings.Contains(err.Error(), "X19z") {
			t.Errorf("the refusal of %q quotes the key", value)
		}
	}
}

func TestAKeyIsNotPrinted(t *testing.T) {
	k, err := rtp.ParseKey(offered)
	if err != nil {
		t.Fatal(err)
	}
	r := rtp.Remote{Theirs: k}
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, k) + fmt.Sprintf(form, r); strings.Contains(got, "WVNf") || strings.Contains(got, "0x59, 0x53") || strings.Contains(got, "89 83") {
			t.Errorf("%s prints %s", form, got)
		}
	}
}

func TestNewKeyAnswersInTheSuiteOffered(t *testing.T) {
	k, err := rtp.ParseKey("7" + strings.Replace(offered[1:], "_80", "_32", 1))
	if err != nil {
		t.Fatal(err)
	}
	a, b := rtp.NewKey(k).Attribute(), rtp.NewKey(k).Attribute()
	if !strings.HasPrefix(a, "7 AES_CM_128_HMAC_SHA1_32 inline:") || a == b {
		t.Error("the answer has another tag or suite, or two keys are the same")
	}
}

func FuzzKey(f *testing.F) {
	f.Add(offered)
	f.Add(offered + "|2^20|1:4")
	f.Add("1 AES_CM_128_HMAC_SHA1_32 inline: WSH=64")
	f.Fuzz(func(t *testing.T, value string) {
		k, err := rtp.ParseKey(value)
		if err != nil {
			return
		}
		again, err := rtp.ParseKey(k.Attribute())
		if err != nil || again.Attribute() != k.Attribute() {
			t.Errorf("%q does not read back", value)
		}
	})
}
