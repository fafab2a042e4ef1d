// Package supervision is part 3 of the norm, 监督维权: casework and the hotline, rewarded tip-offs, observers, media.
// It holds nothing itself; its rooms are the folders below it.
package supervision
