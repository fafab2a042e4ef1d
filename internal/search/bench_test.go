package search_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/search"
)

var vocabulary = strings.Fields("社会 抚养费 奖励 扶助 公告 征收 办理 流程 时限 依据 村务 公开 计划 生育 服务 举报 热线 监督 兑现 名单 公示 人口 统计 安溪县 凤城镇 2026年 第3季度")

func benchStore(b *testing.B, n int) *db.DB {
	d := dbtest.SQLite(b, nil, search.Migrations)
	if err := search.Setup(context.Background(), d); err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		var s strings.Builder
		for range n {
			s.WriteString(vocabulary[rng.IntN(len(vocabulary))])
		}
		return s.String()
	}
	for i := 0; i < n; i += 200 {
		var docs []search.Doc
		for k := range 200 {
			docs = append(docs, search.Doc{Province: 35, ID: int64(i + k + 1), Kind: "item", Title: words(5), Body: words(60), Scopes: []string{"p35"}, At: start.Add(time.Duration(i+k) * time.Minute)})
		}
		put(b, d, docs...)
	}
	return d
}

// BenchmarkFind asks 20,000 documents of about 150 characters on the embedded
// store for a common word.
func BenchmarkFind(b *testing.B) {
	d := benchStore(b, 20_000)
	for name, q := range map[string]search.Q{
		"newest": {Text: "社会抚养费", Scopes: []string{"p35"}},
		"best":   {Text: "社会抚养费", Scopes: []string{"p35"}, ByRank: true},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if len(find(b, d, q)) != 20 {
					b.Fatal("not twenty hits")
				}
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	d := benchStore(b, 200)
	doc := search.Doc{Province: 35, Kind: "item", Title: "社会抚养费征收公告", Body: strings.Repeat("奖励扶助政策兑现名单公示", 15), Scopes: []string{"p35"}, At: start}
	for b.Loop() {
		doc.ID = doc.ID%150 + 1
		put(b, d, doc)
	}
}
