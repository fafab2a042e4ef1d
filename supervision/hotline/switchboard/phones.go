package switchboard

import (
	"context"
	"time"

	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
)

// phones knows the secrets of desk phones.
type phones struct{ *hotline.Hotline }

func (p phones) Secret(ctx context.Context, user string) (sip.Secret, bool) {
	ha1, err := p.PhoneSecret(ctx, user)
	return sip.Secret{MD5: ha1}, err == nil
}

// storeTime is how long a phone's answer may wait for the store.
const storeTime = 2 * time.Second

func (s *Switchboard) registered(r sip.Registration) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	if err := s.Hotline.Registered(ctx, hotline.Registration{User: r.User, Contact: r.Contact, Source: r.Source, Transport: r.Transport, Expires: r.Expires}); err != nil {
		s.Log.WarnContext(ctx, "a desk phone's place was not kept", "fault", err.Error())
	}
	s.soon()
}

func (s *Switchboard) unregistered(user string) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	if err := s.Hotline.Unregistered(ctx, user); err != nil {
		s.Log.WarnContext(ctx, "a desk phone's leaving was not kept", "fault", err.Error())
	}
}
