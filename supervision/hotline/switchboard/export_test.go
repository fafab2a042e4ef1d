package switchboard

import (
	"context"

	"yangguang/supervision/hotline"
)

// Lose ends a browser's voice as its grace does.
func (s *Switchboard) Lose(seat hotline.Ref) {
	b := s.boothOf(seat)
	b.mu.Lock()
	v := b.line
	b.mu.Unlock()
	_ = v.Close()
}

// Relearn has the process look at the lines again and answers whether it would
// know one without the store.
func (s *Switchboard) Relearn(ctx context.Context, number string) (bool, error) {
	if err := s.learnLines(ctx); err != nil {
		return false, err
	}
	_, ok := s.known(number)
	return ok, nil
}
