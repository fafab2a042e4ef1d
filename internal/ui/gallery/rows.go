package gallery

import (
	"context"

	"yangguang/internal/ui"
)

func rows(ctx context.Context) [][]ui.Input {
	row := func(n, name, rate string) []ui.Input {
		return []ui.Input{
			{Name: "fee-" + n + "-name", Label: say(ctx, "项目", "Item"), Value: name},
			{Name: "fee-" + n + "-rate", Label: say(ctx, "标准（元）", "Rate (yuan)"), Value: rate, Type: "decimal"},
		}
	}
	return [][]ui.Input{row("0", say(ctx, "档案复制", "Copies from files"), "0.50"), row("1", "", ""), row("2", "", "")}
}
