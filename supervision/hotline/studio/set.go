package studio

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
)

// renewEvery is how soon callers hear what was passed.
const renewEvery = time.Minute

// A Set is what the telephone process plays: recordings in use, of the unit a
// line is or of those above it, held in memory so that no call waits for the
// store; then the files and the placeholders of a folder.
type Set struct {
	DB     *db.DB
	Folder *Voice
	Units  func(ctx context.Context) ([]int64, error) // those that have lines
	Log    *slog.Logger

	mu     sync.RWMutex
	chains map[int64][]int64         // of a unit: itself and those above
	used   map[int64]map[Name]string // by unit: the hash of what is in use
	sounds map[string]*rtp.Prompt    // by hash
}

// Renew reads what is in use. When it fails, what was read before goes on being
// played.
func (s *Set) Renew(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "studio.Renew")
	units, err := s.Units(ctx)
	if err != nil {
		return err
	}
	chains, used, sounds := map[int64][]int64{}, map[int64]map[Name]string{}, map[string]*rtp.Prompt{}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var all []agency.Agency
		for _, id := range units {
			u, err := agency.Find(tx, id)
			if err != nil {
				return err
			}
			chain, err := chainOf(tx, u)
			if err != nil {
				return err
			}
			for _, x := range chain {
				chains[id] = append(chains[id], x.ID)
				if !slices.ContainsFunc(all, func(y agency.Agency) bool { return y.ID == x.ID }) {
					all = append(all, x)
				}
			}
		}
		versions, err := inChain(tx, all, "")
		if err != nil {
			return err
		}
		for i := range versions {
			v := &versions[i]
			if v.State != Used {
				continue
			}
			if used[v.Agency] == nil {
				used[v.Agency] = map[Name]string{}
			}
			used[v.Agency][v.Name] = v.Sound
			if sounds[v.Sound], err = s.sound(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chains, s.used, s.sounds = chains, used, sounds
	s.Folder.forget()
	return nil
}

// sound is a recording ready to be played; one that was read before is not read
// again.
func (s *Set) sound(tx *db.Tx, v *Version) (*rtp.Prompt, error) {
	s.mu.RLock()
	p := s.sounds[v.Sound]
	s.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	octets, err := soundOf(tx, v.Province, v.Sound)
	if err != nil {
		return nil, err
	}
	return rtp.NewPrompt(rtp.PCMA.Decode(make([]int16, 0, len(octets)), octets)), nil
}

// Run renews the set until ctx ends.
func (s *Set) Run(ctx context.Context) {
	again := time.NewTicker(renewEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
		if err := s.Renew(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "prompts were not renewed; callers hear those of before", "fault", err.Error())
		}
	}
}

// A Said is what the lines of a unit say, in the dialect of the line where it is
// recorded.
type Said struct {
	set     *Set
	unit    int64
	dialect string
}

// Of is what a line of a unit says; lang is the line's language or dialect.
func (s *Set) Of(unit int64, lang string) Said { return Said{s, unit, lang} }

// Prompt is what a clip says; nil where there is nothing to say it with.
func (x Said) Prompt(lang, key string) *rtp.Prompt {
	tongues := []string{lang}
	if t, ok := tongueOf(x.dialect); ok && x.dialect != lang && t.Of == ivr.Lang(lang) {
		tongues = []string{x.dialect, lang}
	}
	for _, l := range tongues {
		if p := x.set.find(x.unit, Name{l, key}); p != nil {
			return p
		}
		if p := x.set.Folder.Prompt(l, key); p != nil {
			return p
		}
	}
	return nil
}

func (s *Set) find(unit int64, n Name) *rtp.Prompt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, u := range s.chains[unit] {
		if hash, ok := s.used[u][n]; ok {
			return s.sounds[hash]
		}
	}
	return nil
}

// Prompt is what is said on no unit's behalf, such as music.
func (s *Set) Prompt(lang, key string) *rtp.Prompt { return s.Folder.Prompt(lang, key) }
