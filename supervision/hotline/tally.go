package hotline

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// facts is what an ended call counts as (GB/T 33358-2016; practice of 接通率):
//
//	offered   entered the queue, was not chosen and not quick: offered to a person
//	answered  of these, a person spoke with the caller:      接通率 = answered / offered
//	swift     of these, within 15 s of entering the queue:   15秒接听率 = swift / offered
//	abandoned offered and not answered: a miss, however it ended
//	chosen    ended in self-service because the caller wanted it: shown apart
//	quick     hung up within 5 s of entering the queue: shown apart
//	outside   never entered the queue and chose nothing (out of hours): shown apart
type facts struct {
	arrived, chosen, outside, quick, offered, answered, swift, abandoned, interrupted int64
	waitMS, talkMS, rated, stars                                                      int64
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// factsOf says what a call counts as, from its row.
func factsOf(c *Call) (f facts) {
	if c.Way != "in" {
		return f
	}
	queued, answered := !c.QueuedAt.IsZero(), !c.AnsweredAt.IsZero()
	f.arrived = 1
	f.chosen = one(c.Chosen && !answered)
	f.outside = one(!queued && f.chosen == 0)
	f.quick = one(queued && !answered && f.chosen == 0 && c.Why != "interrupted" && c.EndedAt.Sub(c.QueuedAt) <= AbandonAfter)
	f.offered = one(queued && f.chosen == 0 && f.quick == 0)
	f.interrupted = one(c.Why == "interrupted")
	if f.offered == 1 && answered {
		f.answered, f.swift = 1, one(c.AnsweredAt.Sub(c.QueuedAt) <= Swift)
		f.waitMS, f.talkMS = c.AnsweredAt.Sub(c.QueuedAt).Milliseconds(), c.EndedAt.Sub(c.AnsweredAt).Milliseconds()
	}
	f.abandoned = f.offered - f.answered
	if c.Rating != 0 {
		f.rated, f.stars = 1, int64(c.Rating)
	}
	return f
}

// addTally adds what a call counts as to its line's day.
func addTally(tx *db.Tx, c *Call, f facts) error {
	if f == (facts{}) {
		return nil
	}
	_, err := tx.Exec(`insert into hotline_tally (province, line, day, agency, prefecture, county, arrived, chosen, outside, quick, offered, answered, swift, abandoned, interrupted, wait_ms, talk_ms, rated, stars)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
 on conflict (province, line, day) do update set arrived = hotline_tally.arrived + excluded.arrived, chosen = hotline_tally.chosen + excluded.chosen, outside = hotline_tally.outside + excluded.outside,
 quick = hotline_tally.quick + excluded.quick, offered = hotline_tally.offered + excluded.offered, answered = hotline_tally.answered + excluded.answered, swift = hotline_tally.swift + excluded.swift,
 abandoned = hotline_tally.abandoned + excluded.abandoned, interrupted = hotline_tally.interrupted + excluded.interrupted, wait_ms = hotline_tally.wait_ms + excluded.wait_ms, talk_ms = hotline_tally.talk_ms + excluded.talk_ms,
 rated = hotline_tally.rated + excluded.rated, stars = hotline_tally.stars + excluded.stars`,
		c.Province, c.Line, clock.DateOf(c.ArrivedAt).String(), c.Agency, c.Region.Prefecture(), c.Region.County(), f.arrived, f.chosen, f.outside, f.quick, f.offered, f.answered, f.swift, f.abandoned, f.interrupted, f.waitMS, f.talkMS, f.rated, f.stars)
	return err
}

// less is the difference of two ways to count a call.
func (f facts) less(g facts) facts {
	return facts{
		f.arrived - g.arrived, f.chosen - g.chosen, f.outside - g.outside, f.quick - g.quick, f.offered - g.offered, f.answered - g.answered, f.swift - g.swift, f.abandoned - g.abandoned, f.interrupted - g.interrupted,
		f.waitMS - g.waitMS, f.talkMS - g.talkMS, f.rated - g.rated, f.stars - g.stars,
	}
}
