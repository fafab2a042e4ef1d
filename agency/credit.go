package agency

import "strings"

// creditDigits are the characters of a unified social credit code in the order of their values: GB 32100-2015
// leaves out I, O, S, V and Z.
const creditDigits = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditWeights are 3^(i-1) mod 31 for the first 17 characters.
var creditWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// NormalCredit is a unified social credit code as it is stored: upper case, without blanks.
func NormalCredit(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}

// ValidCredit tells whether s is a unified social credit code (统一社会信用代码): 18
// characters of which the last is right for the others. It does not tell whether it was ever issued.
func ValidCredit(s string) bool {
	check, ok := creditCheck(s)
	return ok && len(s) == 18 && s[17] == check
}

// creditCheck is the check character for the first 17.
func creditCheck(s string) (byte, bool) {
	if len(s) < 17 {
		return 0, false
	}
	sum := 0
	for i, w := range creditWeights {
		v := strings.IndexByte(creditDigits, s[i])
		if v < 0 || i >= 2 && i < 8 && v > 9 { // the place of registration is six digits
			return 0, false
		}
		sum += v * w
	}
	return creditDigits[(31-sum%31)%31], true
}

// MakeCredit completes 17 characters by their check character, for demonstration data; "" when they cannot be.
func MakeCredit(s string) string {
	check, ok := creditCheck(s)
	if !ok || len(s) != 17 {
		return ""
	}
	return s + string(check)
}
