package inforequest

import (
	"context"

	"yangguang/internal/i18n"
)

// Words is the sentence that tells a step: 已延长答复期限 20 个工作日。
func (s Step) Words(ctx context.Context) string {
	return i18n.T(ctx, "inforequest.event_"+s.Kind, s.N)
}
