package e2e

import (
	"os"
	"strings"
	"testing"
)

// unvisited are the pages axe does not visit in the demonstration, and why.
var unvisited = map[string]string{
	"/desk/analysis/reports/{province}/{report}":                    "no report is begun in the demonstration; its pages are tested by their handlers",
	"/desk/analysis/reports/{province}/{report}/edit":               "no report is begun in the demonstration",
	"/desk/analysis/reports/{province}/{report}/revisions/{number}": "no report is begun in the demonstration; the same view as the report",
	"/activate/done":                         "shown once, after a slip was used; made of the same parts as /activate",
	"/desk/quick/{province}/{version}/photo": "reached by the village clerk's journey, which is tested with its own photograph",
	"/desk/quick/{province}/{version}/send":  "reached by the village clerk's journey",
	// Steps of a request that none of the demonstration is ready for; each is the
	// same view as the steps that are visited, and is tested by its handlers.
	"/desk/requests/{province}/{request}/defer":      "no applicant of the demonstration was asked for reasons",
	"/desk/requests/{province}/{request}/heard":      "no consultation of the demonstration is open",
	"/desk/requests/{province}/{request}/merge":      "no applicant of the demonstration asked twice",
	"/desk/requests/{province}/{request}/redact":     "no open request of the demonstration has an original",
	"/desk/requests/{province}/{request}/remedy-end": "no remedy of the demonstration is open",
	"/desk/requests/{province}/{request}/tell-third": "no third party of the demonstration refuses an open request",
	// Nobody of the demonstration keeps the exchange of matters yet; each page is tested by its handlers.
	"/desk/exchange": "nobody of the demonstration takes matters in yet",
	"/desk/exchange/batches/{province}/{batch}": "no file of orders was handed in",
	"/desk/exchange/keys":                       "nobody of the demonstration manages the exchange",
	"/desk/exchange/mail":                       "nobody of the demonstration manages the exchange",
	"/{division}/{agency}/c/{slug}/nudged":      "follows a count; the same view as /nudge",
}

// init adds the steps of a matter that are the same view as those visited; each
// is tested by its handlers.
func init() {
	unvisited["/hotline/roster.ics"] = "a calendar for programs, no page"
	unvisited["/desk/hotline/recordings/{province}/{recording}/sound/{access}"] = "sound, no page"
	unvisited["/desk/hotline/studio/sounds/{province}/{version}"] = "sound, no page"
	unvisited["/desk/hotline/studio/folder/{lang}/{key}"] = "sound, no page"
	unvisited["/desk/hotline/studio/prompts.zip"] = "a pack for a recording studio, no page"
	unvisited["/desk/write-outcome/{province}/{matter}"] = "the same form as a case sent back; tested by its handlers"
	for _, step := range strings.Fields("answer take sign object rule contribute deliver call dial keep resume unmerge recall suspend reopen release renew archive") {
		unvisited["/desk/matters/{province}/{matter}/"+step] = "the same view as the steps that are visited, tested by its handlers"
	}
}

// TestEveryPageIsVisited holds that each route that answers with a page is
// among the views axe, the grid and the pictures go through, or is left out for
// a reason that stands here.
func TestEveryPageIsVisited(t *testing.T) {
	b, err := os.ReadFile("../cmd/yangguang/testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var pages []string
	for line := range strings.Lines(string(b)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(strings.SplitN(line, "|", 2)[0]), "GET ")
		if !ok {
			continue
		}
		if isPage(path) {
			pages = append(pages, path)
		}
	}
	visited := map[string]bool{}
	for _, views := range everyView(t) {
		for _, v := range views {
			visited[routeOf(pages, v.path)] = true
		}
	}
	for _, p := range pages {
		switch reason, excused := unvisited[p]; {
		case !visited[p] && !excused:
			t.Errorf("%s is not visited: add it to the views, or a reason to unvisited", p)
		case visited[p] && excused:
			t.Errorf("%s is visited; its reason %q is out of date", p, reason)
		}
	}
	for p := range unvisited {
		if !strings.Contains(string(b), "GET "+p+" ") {
			t.Errorf("%s is no route any more", p)
		}
	}
}

// routeOf is the route of a path: of those that fit the one with most words of
// its own, as the desk's before a division's.
func routeOf(pages []string, path string) (best string) {
	path, _, _ = strings.Cut(path, "?")
	most := -1
	for _, p := range pages {
		if words := fits(strings.TrimSuffix(p, "{$}"), path); words > most {
			best, most = p, words
		}
	}
	return best
}

// fits counts the words a path shares with a pattern; -1 when it does not fit.
func fits(pattern, path string) (words int) {
	ps, xs := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, p := range ps {
		switch {
		case strings.HasSuffix(p, "...}") && i < len(xs):
			return words
		case i >= len(xs) || !strings.HasPrefix(p, "{") && p != xs[i]:
			return -1
		case !strings.HasPrefix(p, "{"):
			words++
		}
	}
	if len(ps) != len(xs) {
		return -1
	}
	return words
}

// isPage answers whether a route shows a page, rather than a file, a feed, data
// or a setting.
func isPage(path string) bool {
	for _, file := range []string{".xlsx", ".docx", ".pdf", ".atom", "/letters/{letter}/{form}", ".json", ".xml", ".txt", ".css", ".ico", ".yaml", "/assets/", "/api/", "/embed/", "/old/", "/sitemap/", "/files/", "/template", "/calendar/file", "/healthz", "/readyz", "/metrics", "/preferences", "/print/", "/sign-in/oidc", "/tile/", "/open311/v2/", "/desk/exchange/worklist/", "/desk/exchange/feedback/", "/checkpoint", "/log/{province}/keys", "/suggest", "/search/suggest", "/events"} {
		if strings.Contains(path, file) {
			return false
		}
	}
	return true
}
