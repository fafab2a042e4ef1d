package office

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// postForm asks which post a person takes at his agency, and from when.
func (o *Office) postForm(ctx context.Context, p account.Person, a ask) (templ.Component, error) {
	var titles []string
	err := o.DB.Read(ctx, func(tx *db.Tx) error {
		ps, err := agency.Posts(tx, p.Home.Agency)
		for _, x := range ps {
			titles = append(titles, x.Title)
		}
		return err
	})
	help := say(ctx, "h_title")
	if len(titles) > 0 {
		help = say(ctx, "posts_are", strings.Join(titles, say(ctx, "list_join")))
	}
	return fold(say(ctx, "appoint"), has(a, "title", "post_on"), formView(form{Action: "/desk/people/" + id(p.ID) + "/post", Send: say(ctx, "appoint_do"), Fields: []templ.Component{
		a.text("title", func(in *ui.Input) { in.Help, in.MaxLen = help, 60 }), a.date("post_on")}})), err
}

// appoint gives a person a post of his home agency from a day on: a new one
// where there is none of the title. What he held there before ends that day.
func (o *Office) appoint(w http.ResponseWriter, r *http.Request) error {
	p, err := o.managed(r)
	if err != nil {
		return err
	}
	if err := o.takePost(r, p); err != nil {
		return o.showPerson(w, r, p, r.PostForm, err)
	}
	return web.See(w, r, "/desk/people/"+id(p.ID)+"?done=appointed")
}

func (o *Office) takePost(r *http.Request, p account.Person) error {
	ctx, title := r.Context(), strings.TrimSpace(r.PostForm.Get("title"))
	on, ok := day(r.PostForm, "post_on")
	switch {
	case title == "":
		return wrong("title", "title_missing")
	case !ok || on.IsZero():
		return wrong("post_on", "date_wrong")
	}
	var post agency.Post
	var now agency.Member
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		ps, err := agency.Posts(tx, p.Home.Agency)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(ps, func(x agency.Post) bool { return x.Title == title }); i >= 0 {
			post = ps[i]
		} else if post, err = o.Agencies.AddPostIn(tx, person(r), agency.Post{Agency: p.Home.Agency, Title: title}); err != nil {
			return err
		}
		ms, err := agency.Memberships(tx, p.ID, 50)
		if i := slices.IndexFunc(ms, func(m agency.Member) bool { return m.Agency == p.Home.Agency && m.Until.IsZero() }); i >= 0 {
			now = ms[i]
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case now.ID != 0 && now.Post == post.ID:
		return wrong("title", "same_post", i18n.Date(ctx, now.Since))
	case now.ID != 0:
		_, err = o.Agencies.Appoint(ctx, person(r), now.ID, post.ID, on)
	default:
		_, err = o.Agencies.Join(ctx, person(r), agency.Member{Agency: p.Home.Agency, Person: p.ID, Post: post.ID, Since: on})
	}
	return err
}
