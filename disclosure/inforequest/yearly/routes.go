package yearly

import (
	"time"

	"yangguang/agency/front"
	"yangguang/internal/web"
)

// Join adds the reports to the staff navigation.
func (y *Yearly) Join(f *front.Front) {
	f.DeskNav(front.Requests, "yearly.nav", "/desk/yearly", Verbs()...)
}

const revisionPath = "/desk/yearly/reports/{province}/{revision}"

// fileRate is how often one caller may have a file made or read.
var fileRate = web.Rate{N: 30, Per: time.Minute}

// Routes are the room's pages. Whose report a person may work on the use cases
// decide; the routes of reading are open to both verbs and so to whoever is
// signed in.
func (y *Yearly) Routes() []web.Route {
	write, approve := web.May(Writing), web.May(Approving)
	return []web.Route{
		{Pattern: "GET /{division}/{agency}/yearly-reports", Access: web.Public, Handler: y.list, Cached: true},
		{Pattern: "GET /{division}/{agency}/yearly-reports/{year}", Access: web.Public, Handler: y.show, Cached: true},
		{Pattern: "GET /{division}/{agency}/yearly-reports/{year}/revisions/{revision}", Access: web.Public, Handler: y.show, Cached: true},
		{Pattern: "GET /{division}/{agency}/yearly-reports/{year}/report.xlsx", Access: web.Public, Handler: y.workbook, Copied: true, Limit: fileRate},
		{Pattern: "GET /{division}/{agency}/yearly-reports/{year}/report.docx", Access: web.Public, Handler: y.document, Copied: true, Limit: fileRate},
		{Pattern: "GET /desk/yearly", Access: web.SignedIn, Handler: y.mine},
		{Pattern: "POST /desk/yearly", Access: write, Handler: y.start},
		{Pattern: "GET " + revisionPath, Access: web.SignedIn, Handler: y.review},
		{Pattern: "GET " + revisionPath + "/edit", Access: write, Handler: y.edit},
		{Pattern: "POST " + revisionPath + "/edit", Access: write, Handler: y.save},
		{Pattern: "POST " + revisionPath + "/submit", Access: write, Handler: y.act(y.doSubmit)},
		{Pattern: "POST " + revisionPath + "/discard", Access: write, Handler: y.act(y.doDiscard)},
		{Pattern: "POST " + revisionPath + "/correct", Access: write, Handler: y.act(y.doCorrect)},
		{Pattern: "POST " + revisionPath + "/return", Access: approve, Handler: y.act(y.doReturn)},
		{Pattern: "POST " + revisionPath + "/approve", Access: approve, Handler: y.act(y.doApprove)},
		{Pattern: "GET /desk/yearly/below", Access: web.SignedIn, Handler: y.below},
		{Pattern: "GET /desk/yearly/below/report.xlsx", Access: web.SignedIn, Handler: y.belowBook, Limit: fileRate},
		{Pattern: "GET /desk/yearly/check", Access: web.SignedIn, Handler: y.checkForm},
		{Pattern: "POST /desk/yearly/check", Access: web.SignedIn, Handler: y.check, Upload: 2*MaxReport + 1<<20, Limit: fileRate},
	}
}
