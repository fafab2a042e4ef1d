package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/ivr"
	"yangguang/supervision/casework/knowledge"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/studio"
)

// perKind is how many guides or items a line reads: three pages of its menu.
const perKind = 24

// prompts is the folder of sounds of a data folder.
func (c *config) prompts() string { return filepath.Join(c.Data, "prompts") }

// aloud is what is read aloud of a kind in a division.
func (h *house) aloud(ctx context.Context, kind string, division agency.Code) ([]studio.Text, error) {
	switch kind {
	case ivr.Guides:
		found, err := h.disclosure.GuidesAloud(ctx, division, perKind)
		return publishedTexts(found), err
	case ivr.Items:
		found, err := h.disclosure.ItemsAloud(ctx, division, perKind)
		return publishedTexts(found), err
	}
	answers, err := h.knowledge.Spoken(ctx, division, "")
	return spokenTexts(answers), err
}

// kindsAloud are the kinds of texts that are read.
var kindsAloud = []string{ivr.Guides, ivr.Answers, ivr.Items}

// allAloud is everything read in some divisions.
func (h *house) allAloud(ctx context.Context, divisions []agency.Code) (texts []studio.Text, err error) {
	for _, d := range divisions {
		for _, kind := range kindsAloud {
			found, err := h.aloud(ctx, kind, d)
			if err != nil {
				return nil, err
			}
			texts = append(texts, found...)
		}
	}
	return texts, nil
}

// read is what a line reads: what is published or in force where it is and whose
// sounds are made.
func (h *house) read(ctx context.Context, kind string, l hotline.Line) ([]ivr.Entry, error) {
	texts, err := h.aloud(ctx, kind, l.Region)
	return (&studio.Reading{Dir: h.c.prompts()}).Entries(texts), err
}

func publishedTexts(found []disclosure.Aloud) (texts []studio.Text) {
	for _, a := range found {
		texts = append(texts, studio.Text{Lang: ivr.Chinese, Title: a.Title, Paragraphs: a.Paragraphs})
	}
	return texts
}

// spokenTexts are answers as a voice reads them: the title, the answer and what
// it rests on.
func spokenTexts(answers []knowledge.Spoken) (texts []studio.Text) {
	for _, a := range answers {
		lang := ivr.Chinese
		if a.Lang == string(ivr.English) {
			lang = ivr.English
		}
		texts = append(texts, studio.Text{Lang: lang, Title: a.Title, Paragraphs: append(slices.Clone(a.Text), a.Basis)})
	}
	return texts
}

// readAgain is how often what is read aloud is brought up to date.
const readAgain = 15 * time.Minute

// keepReading has the placeholder voice read what was published since, beside
// serve rather than in the telephone process, whose voice must not wait for it.
// Without the voice there is nothing to do.
func (h *house) keepReading(ctx context.Context) {
	for h.c.phone.On && ctx.Err() == nil {
		err := h.renewReading(ctx)
		if errors.Is(err, studio.ErrNoVoice) {
			return
		}
		if err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "what is read aloud was not renewed", "fault", err.Error())
		}
		pause(ctx, readAgain)
	}
}

// renewReading makes the sounds that lines lack, and drops those none needs.
func (h *house) renewReading(ctx context.Context) error {
	lines, err := h.hotline.Lines(account.AsSystem(ctx))
	if err != nil {
		return err
	}
	var divisions []agency.Code
	for _, l := range lines {
		if l.Open && !slices.Contains(divisions, l.Region) {
			divisions = append(divisions, l.Region)
		}
	}
	texts, err := h.allAloud(ctx, divisions)
	if err != nil {
		return err
	}
	r := &studio.Reading{Dir: h.c.prompts()}
	if _, err := r.Prepare(ctx, texts); err != nil {
		return err
	}
	_, err = r.Drop(texts)
	return err
}
