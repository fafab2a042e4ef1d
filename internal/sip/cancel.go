package sip

import (
	"context"

	sipgo "github.com/emiago/sipgo/sip"
)

// cancelInvite takes an INVITE back.
func (s *Server) cancelInvite(invite *sipgo.Request) {
	req := sipgo.NewRequest(sipgo.CANCEL, *invite.Recipient.Clone())
	req.AppendHeader(invite.Via().Clone())
	sipgo.CopyHeaders("Route", invite, req)
	for _, name := range []string{"From", "To", "Call-ID"} {
		sipgo.CopyHeaders(name, invite, req)
	}
	forwards := sipgo.MaxForwardsHeader(70)
	req.AppendHeader(&sipgo.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sipgo.CANCEL})
	req.AppendHeader(&forwards)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.Laddr = invite.Laddr
	req.SetBody(nil)
	s.spawn("cancel", func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), giveUp)
		defer cancel()
		if tx, err := s.txl.Request(ctx, req); err == nil {
			_, _ = await(ctx, tx)
			tx.Terminate()
		}
	})
}
