package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func TestAnUnknownPlaceIsRefusedByItsName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		c := &Canned{Agency: h.County.ID, Name: "收到告知", Body: "{number} 已收到，请于 {deadline} 前补充。"}
		err := h.k.KeepCanned(h.As(h.Writer), c)
		refused(t, err, fault.Invalid, "body:knowledge.unknown_placeholder")
		if got := fault.FieldsOf(err)[0].Args[0]; got != "{deadline}" {
			t.Errorf("it names %v", got)
		}
		c.Body = "您好，{number} 号事项已由{unit}收到，{due}前答复您。主题：{topic}，{date}。"
		check(t, h.k.KeepCanned(h.As(h.Writer), c))
		got, err := Fill(c.Body, map[string]string{"number": "1号", "unit": "县局", "due": "周五", "topic": "生育", "date": "今天"})
		if check(t, err); got != "您好，1号 号事项已由县局收到，周五前答复您。主题：生育，今天。" {
			t.Errorf("filled: %s", got)
		}
		_, err = Fill(c.Body, map[string]string{"number": "1号"})
		refused(t, err, fault.Conflict, "knowledge.unknown_placeholder")
	})
}

// A unit's replies are for whoever works there and are kept by those who write
// for it; a person's own nobody else sees.
func TestWhoseCannedRepliesAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		k := h.k
		unit := &Canned{Agency: h.County.ID, Name: "收到告知", Body: "已经收到，谢谢。", Suits: []string{"receipt"}}
		check(t, k.KeepCanned(h.As(h.Writer), unit))
		own := &Canned{Agency: h.County.ID, Person: h.Checker.ID, Name: "我的说法", Body: "我再核实一下。", Topic: "registration", Note: "回访时再问一次"}
		check(t, k.KeepCanned(h.As(h.Checker), own))
		refused(t, k.KeepCanned(h.As(h.Checker), &Canned{Agency: h.County.ID, Name: "越权的", Body: "没有编写权限。"}), fault.Forbidden, "knowledge.no_grant_write")
		refused(t, k.KeepCanned(h.As(h.Stranger), &Canned{Agency: h.County.ID, Name: "外人的", Body: "外单位写的。"}), fault.NotFound, "fault.not_found")
		refused(t, k.KeepCanned(h.As(h.Writer), &Canned{Agency: h.County.ID, Person: h.Checker.ID, Name: "替别人", Body: "替别人写的。"}), fault.NotFound, "fault.not_found")
		usable := func(p account.Actor, u agency.Agency, suit string) (names []string) {
			h.Read(t, func(tx *db.Tx) error {
				all, err := k.Usable(tx, &p, u, strings.Fields(suit)...)
				for _, c := range all {
					names = append(names, c.Name)
				}
				return err
			})
			return names
		}
		checker, writer, stranger := *account.From(h.As(h.Checker)), *account.From(h.As(h.Writer)), *account.From(h.As(h.Stranger))
		for name, c := range map[string]struct {
			got, want []string
		}{
			"the checker":            {usable(checker, h.County, ""), []string{"我的说法", "收到告知"}},
			"the checker, in reply":  {usable(checker, h.County, "reply"), []string{"我的说法"}},
			"the writer":             {usable(writer, h.County, ""), []string{"收到告知"}},
			"somebody elsewhere":     {usable(stranger, h.County, ""), nil},
			"the writer, at another": {usable(writer, h.Institution, ""), nil},
		} {
			if len(c.got) != len(c.want) {
				t.Errorf("%s uses %v, want %v", name, c.got, c.want)
			}
		}
		if diff := cmp.Diff([]Step{{"reply", "我再核实一下。"}, {"set_topic", "registration"}, {"note", "回访时再问一次"}}, own.Steps()); diff != "" {
			t.Errorf("the macro does (-want +got):\n%s", diff)
		}
		for _, c := range []struct {
			does string
			lead int64
			want string
		}{{"close", 0, "does:knowledge.unfit_does"}, {Dispatch, h.County.ID, "lead:knowledge.unfit_lead"}, {AcceptDispatch, h.County.ID + 1_000_000, "lead:knowledge.unfit_lead"}} {
			err := k.KeepCanned(h.As(h.Writer), &Canned{Agency: h.County.ID, Name: "转办的", Body: "请核实后办理。", Does: c.does, Lead: c.lead})
			refused(t, err, fault.Invalid, c.want)
		}
		sends := &Canned{Agency: h.County.ID, Name: "转乡镇", Body: "请核实后办理。", Does: Dispatch, Lead: h.Township.ID}
		check(t, k.KeepCanned(h.As(h.Writer), sends))
		h.Read(t, func(tx *db.Tx) error {
			got, err := cannedByID(tx, sends.Province, sends.ID, "")
			if err == nil && (got.Lead != h.Township.ID || !got.Macro() || got.Steps()[0].Verb != Dispatch) {
				t.Errorf("kept as %+v", got)
			}
			return err
		})
		check(t, k.DropCanned(h.As(h.Writer), sends.Province, sends.ID))
		stale := *own
		stale.Saves--
		refused(t, k.KeepCanned(h.As(h.Checker), &stale), fault.Conflict, "knowledge.saved_meanwhile")
		refused(t, k.DropCanned(h.As(h.Writer), own.Province, own.ID), fault.NotFound, "fault.not_found")
		refused(t, k.DropCanned(h.As(h.Checker), unit.Province, unit.ID), fault.Forbidden, "knowledge.no_grant_write")
		check(t, k.DropCanned(h.As(h.Checker), own.Province, own.ID))
		refused(t, k.DropCanned(h.As(h.Checker), own.Province, own.ID), fault.NotFound, "fault.not_found")
	})
}
