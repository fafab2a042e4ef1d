package portal

import (
	"context"
	"encoding/json"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/ui"
)

// articleMeta writes the tags of an article page (政府网站发展指引).
func (p *Portal) articleMeta(ctx context.Context, f *ui.Frame, pg *itemPage) {
	name, kind := pg.Item.Title, columnCatalogue
	if pg.Category != nil {
		name = pg.Category.Title.In(ctx)
		if pg.Category.Inherited || pg.Category.Slug == "documents" {
			kind = columnPolicy
		}
	}
	column(f, name, kind, pg.Version.Summary)
	if f.Description == "" {
		f.Description = pg.Item.Title
	}
	f.Meta = append(f.Meta, ui.Meta{Name: "ArticleTitle", Content: pg.Item.Title},
		ui.Meta{Name: "PubDate", Content: pg.Item.PublishedAt.In(clock.Shanghai).Format("2006-01-02 15:04")},
		ui.Meta{Name: "ContentSource", Content: pg.Unit.Name})
	if pg.Version.Keywords != "" {
		f.Meta = append(f.Meta, ui.Meta{Name: "Keywords", Content: pg.Version.Keywords})
	}
	if p.Front.Domain != "" {
		f.Meta = append(f.Meta, ui.Meta{Name: "Url", Content: p.absolute(pg.Path)})
	}
}

type ld map[string]any

func encode(v ld) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // strings and maps only: cannot happen
	}
	return b
}

func organisation(p *Portal, ctx context.Context, u agency.Agency) ld {
	out := ld{"@type": "GovernmentOrganization", "name": u.Name, "url": p.absolute(href(ctx, "/", u.Path()))}
	for key, v := range map[string]string{"telephone": u.Phone, "address": u.Address, "email": u.Email, "taxID": u.CreditCode} {
		if v != "" {
			out[key] = v
		}
	}
	return out
}

// organisationLD describes a unit to machines (schema.org), with its catalogue
// as a DCAT catalogue.
func (p *Portal) organisationLD(ctx context.Context, u agency.Agency) []byte {
	o := organisation(p, ctx, u)
	return encode(ld{"@context": ld{"@vocab": "https://schema.org/", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}, "@graph": []ld{o,
		{"@type": []string{"DataCatalog", "dcat:Catalog"}, "name": t(ctx, "portal.catalogue_of", u.Name), "publisher": o["url"], "url": p.absolute(href(ctx, "/", u.Path(), "/catalogue"))}}})
}

// itemLD describes an item: a document of law as Legislation, a table as a
// Dataset with its distributions, everything else as an Article.
func (p *Portal) itemLD(ctx context.Context, pg *itemPage) []byte {
	out := ld{"@context": ld{"@vocab": "https://schema.org/", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}, "@type": "Article",
		"name": pg.Item.Title, "identifier": pg.Item.Number, "url": p.absolute(pg.Path), "publisher": organisation(p, ctx, pg.Unit),
		"dateCreated": pg.Item.FormedOn.String(), "datePublished": pg.Item.PublishedAt.Format(timeISO), "dateModified": pg.Item.ChangedAt.Format(timeISO), "inLanguage": "zh-CN"}
	if !pg.Item.EndsOn.IsZero() {
		out["expires"] = pg.Item.EndsOn.String()
	}
	switch {
	case p.Disclosure.Norm.Form(pg.Version.Form) != nil:
		out["@type"] = []string{"Dataset", "dcat:Dataset"}
		out["dct:identifier"] = pg.Item.Number
		var forms []ld
		for _, x := range []struct{ name, kind string }{{"item.xlsx", xlsx}, {"item.csv", "text/csv"}} {
			forms = append(forms, ld{"@type": []string{"DataDownload", "dcat:Distribution"}, "contentUrl": p.absolute(pg.Path + "/" + x.name), "encodingFormat": x.kind})
		}
		out["distribution"] = forms
	case pg.Version.DocNumber != "":
		out["@type"], out["legislationIdentifier"], out["legislationDate"] = "Legislation", pg.Version.DocNumber, pg.Item.FormedOn.String()
		out["legislationLegalForce"] = map[string]string{"valid": "InForce", "amended": "PartiallyInForce"}[pg.Item.Validity]
		if out["legislationLegalForce"] == "" {
			out["legislationLegalForce"] = "NotInForce"
		}
	default:
		out["headline"] = pg.Item.Title
	}
	return encode(out)
}

const timeISO = "2006-01-02T15:04:05Z07:00"
