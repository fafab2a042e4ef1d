package switchboard

import "yangguang/supervision/hotline"

// Lose ends a browser's voice as its grace does.
func (s *Switchboard) Lose(seat hotline.Ref) {
	b := s.boothOf(seat)
	b.mu.Lock()
	v := b.line
	b.mu.Unlock()
	_ = v.Close()
}
