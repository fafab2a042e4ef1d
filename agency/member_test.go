package agency_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func TestPostsAndTheirHolders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		head, err := r.AddPost(ctx, 7, agency.Post{Agency: cast.Village.ID, Title: "主任", Head: true, Rank: 1})
		if err != nil {
			t.Fatal(err)
		}
		m, err := r.Join(ctx, 7, agency.Member{Agency: cast.Village.ID, Person: 1, Post: head.ID, Since: clock.MustDate("2024-01-01")})
		if err != nil {
			t.Fatal(err)
		}
		refused(t, r.ClosePost(ctx, 7, head.ID, today), fault.Conflict, "", "agency.post_held")
		plain, err := r.Appoint(ctx, 7, m.ID, 0, yesterday)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Join(ctx, 7, agency.Member{Agency: cast.Village.ID, Person: 2, Post: head.ID, Since: yesterday}); err != nil {
			t.Fatal(err)
		}
		holders := read(t, d, func(tx *db.Tx) ([]agency.Member, error) { return agency.Holders(tx, head.ID, 10) })
		if len(holders) != 2 || holders[0].Person != 2 || holders[1].Person != 1 || holders[1].Until != yesterday {
			t.Errorf("holders %+v", holders)
		}
		now := read(t, d, func(tx *db.Tx) ([]agency.Member, error) { return agency.Members(tx, cast.Village.ID, today, 0, 10) })
		before := read(t, d, func(tx *db.Tx) ([]agency.Member, error) {
			return agency.Members(tx, cast.Village.ID, clock.MustDate("2024-06-01"), 0, 10)
		})
		if len(now) != 2 || now[0].ID != plain.ID || len(before) != 1 || before[0].ID != m.ID {
			t.Errorf("members today %+v, before %+v", now, before)
		}
		posts := read(t, d, func(tx *db.Tx) ([]agency.Post, error) { return agency.Posts(tx, cast.Village.ID) })
		if diff := cmp.Diff([]agency.Post{head}, posts, cmp.AllowUnexported(clock.Date{})); diff != "" {
			t.Errorf("posts (-want +got)\n%s", diff)
		}
	})
}

func TestMembershipRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		r, ctx := cast.Registry, t.Context()
		post, err := r.AddPost(ctx, 7, agency.Post{Agency: cast.Township.ID, Title: "镇长"})
		if err != nil {
			t.Fatal(err)
		}
		closed, err := r.AddPost(ctx, 7, agency.Post{Agency: cast.Village.ID, Title: "旧职务"})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.ClosePost(ctx, 7, closed.ID, today); err != nil {
			t.Fatal(err)
		}
		m, err := r.Join(ctx, 7, agency.Member{Agency: cast.Village.ID, Person: 1, Since: yesterday})
		if err != nil {
			t.Fatal(err)
		}
		join := func(m agency.Member) error { _, err := r.Join(ctx, 7, m); return err }
		refused(t, join(agency.Member{Agency: cast.Village.ID, Person: 1}), fault.Conflict, "", "agency.already_member")
		refused(t, join(agency.Member{Agency: cast.Village.ID}), fault.Invalid, "person", "agency.required")
		refused(t, join(agency.Member{Agency: 1, Person: 1}), fault.NotFound, "", "agency.unknown")
		refused(t, join(agency.Member{Agency: cast.Village.ID, Person: 2, Post: 1}), fault.NotFound, "", "agency.post_unknown")
		refused(t, join(agency.Member{Agency: cast.Village.ID, Person: 2, Post: post.ID}), fault.Conflict, "", "agency.post_elsewhere")
		refused(t, join(agency.Member{Agency: cast.Village.ID, Person: 2, Post: closed.ID}), fault.Conflict, "", "agency.post_closed")
		refused(t, join(agency.Member{Agency: cast.Village.ID, Person: 2, Since: today, Until: yesterday}), fault.Invalid, "until", "agency.until_before_since")
		refused(t, r.Leave(ctx, 7, m.ID, yesterday.AddDays(-1)), fault.Invalid, "until", "agency.until_before_since")
		refused(t, r.Leave(ctx, 7, 1, today), fault.NotFound, "", "agency.member_unknown")
		_, err = r.AddPost(ctx, 7, agency.Post{Agency: cast.Township.ID, Title: " 镇长"})
		refused(t, err, fault.Invalid, "title", "agency.post_taken")
		_, err = r.AddPost(ctx, 7, agency.Post{Agency: cast.Township.ID})
		refused(t, err, fault.Invalid, "title", "agency.required")
		_, err = r.Appoint(ctx, 7, m.ID, post.ID, today)
		refused(t, err, fault.Conflict, "", "agency.post_elsewhere")
		still := read(t, d, func(tx *db.Tx) (bool, error) { return agency.IsMember(tx, cast.Village.ID, 1) })
		if !still {
			t.Error("a refused appointment ended the membership")
		}
	})
}

func TestLeaveAllEndsEveryMembership(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		cast := agencytest.Seed(t, d)
		for _, a := range []agency.Agency{cast.Village, cast.Township} {
			if _, err := cast.Registry.Join(t.Context(), 7, agency.Member{Agency: a.ID, Person: 9, Since: yesterday}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return cast.Registry.LeaveAll(tx, 7, 9, today) }); err != nil {
			t.Fatal(err)
		}
		list := read(t, d, func(tx *db.Tx) ([]agency.Member, error) { return agency.Memberships(tx, 9, 10) })
		for _, m := range list {
			if m.Current(today) || !m.Current(yesterday) {
				t.Errorf("membership %+v", m)
			}
		}
		if len(list) != 2 {
			t.Errorf("%d memberships", len(list))
		}
	})
}
