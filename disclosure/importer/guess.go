package importer

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// guess finds the category of an entry in an agency's catalogue: what the
// source names exactly is certain, what only resembles is to be confirmed.
func guess(cg *norm.Catalogue, e Entry) (category string, certain bool) {
	if cg == nil {
		return "", false
	}
	said := fold(e.Category)
	best, score := "", 0
	e = widen(e)
	for _, c := range cg.Categories {
		titles := []string{c.Title.Zh, c.Title.In(i18n.With(context.Background(), i18n.EN)), c.ID, c.Slug}
		for _, t := range titles {
			if said != "" && said == fold(t) {
				return c.ID, true
			}
		}
		if n := resembles(c, e); n > score {
			best, score = c.ID, n
		}
	}
	return best, false
}

// resembles counts the pairs of characters a category's title and content
// share with the words of the entry; its title weighs most.
func resembles(c norm.Category, e Entry) int {
	return 6*shared(c.Title.Zh, e.Category) + 4*shared(c.Title.Zh, e.Title) + 2*shared(c.Title.Zh, e.Words) +
		2*shared(c.Content.Zh, e.Category) + shared(c.Content.Zh, e.Title)
}

func shared(a, b string) (n int) {
	b = fold(b)
	seen := map[string]bool{}
	runes := []rune(fold(a))
	for i := 0; i+1 < len(runes); i++ {
		pair := string(runes[i : i+2])
		if !seen[pair] && !common[pair] && strings.Contains(b, pair) {
			n++
		}
		seen[pair] = true
	}
	return n
}

// common are pairs that say nothing about what a text is about.
var common = map[string]bool{"情况": true, "信息": true, "公开": true, "工作": true, "有关": true, "相关": true, "内容": true, "及其": true, "关于": true, "的通": true, "通知": true,
	"人口": true, "生育": true, "计划": true, "服务": true, "年度": true, "标准": true}

// alike are words of old sites and the words of the catalogue they stand for.
var alike = map[string]string{"审批": "许可 程序", "登记": "许可 事项", "办事指南": "许可 事项 程序", "指南": "程序", "办证": "许可", "收费": "收费项目", "预算": "预算 决算", "决算": "预算 决算",
	"采购": "政府采购", "招标": "政府采购", "应急": "应急预案", "预警": "预警信息", "举报": "举报 信访", "职能": "机构 职能", "领导": "机构设置", "规划": "发展规划", "总结": "工作计划",
	"条例": "法律 法规", "办法": "规范性文件", "公报": "人口状况", "统计": "人口状况"}

// widen adds to the words of an entry those the catalogue would use.
func widen(e Entry) Entry {
	all := e.Title + " " + e.Category + " " + e.Words
	keys := slices.Sorted(maps.Keys(alike))
	for _, k := range keys {
		if strings.Contains(all, k) {
			e.Words += " " + alike[k]
		}
	}
	return e
}

// fold leaves letters and characters only, numbers before a title dropped.
func fold(s string) string {
	s = strings.ToLower(squeeze(s))
	s = strings.TrimLeft(s, "0123456789.、（）()一二三四五六七八九十 ")
	var b strings.Builder
	for _, r := range s {
		if r >= utf8.RuneSelf && !strings.ContainsRune("（）、，。：；“”《》·　", r) || r >= 'a' && r <= 'z' || r == '.' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
