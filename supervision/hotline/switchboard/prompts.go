package switchboard

import "yangguang/supervision/hotline"

// promptsOf is what a line says: its unit's recordings where there are any.
func (s *Switchboard) promptsOf(l hotline.Line) Prompts {
	if s.PromptsOf == nil {
		return s.Prompts
	}
	return s.PromptsOf(l)
}
