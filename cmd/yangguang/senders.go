package main

import (
	"errors"
	"flag"
	"os"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/notify"
)

// post is how notices leave the house. Without an address of a server the
// channel waits in the outbox, visible at the desk.
type post struct {
	SMTPAddr, SMTPFrom, SMTPUser, SMTPPassword, SMTPSecurity string
	SMSURL, SMSMethod, SMSBody, SMSSecret, SMSSuccess        string
	SMSInSecret                                              string // of the gateway that brings texts to the hotline
}

func postFlags(fs *flag.FlagSet, p *post) {
	fs.StringVar(&p.SMTPAddr, "smtp", "", "mail server, host:port")
	fs.StringVar(&p.SMTPFrom, "smtp-from", "", "sender's address of mail")
	fs.StringVar(&p.SMTPUser, "smtp-user", "", "login at the mail server")
	fs.StringVar(&p.SMTPSecurity, "smtp-security", "", "starttls (default), tls or none (loopback only)")
	fs.Func("smtp-password-file", "file that holds the mail server's password", secretFile(&p.SMTPPassword))
	fs.StringVar(&p.SMSURL, "sms-url", "", "SMS gateway, such as https://sms.example/send")
	fs.StringVar(&p.SMSMethod, "sms-method", "", "POST (default) or GET")
	fs.StringVar(&p.SMSBody, "sms-body", "", "body with {phone} and {text}")
	fs.StringVar(&p.SMSSuccess, "sms-success", "", "words that stand in the answer when the gateway took it")
	fs.Func("sms-in-secret-file", "file that holds the key the gateway signs texts to the hotline with; without it none are taken", secretFile(&p.SMSInSecret))
	fs.Func("sms-secret-file", "file that holds the key requests to the gateway are signed with", secretFile(&p.SMSSecret))
}

// secretFile reads a secret from a file, so that it stands on no command line.
func secretFile(to *string) func(string) error {
	return func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return errors.New("the file cannot be read")
		}
		*to = strings.TrimSpace(string(b))
		return nil
	}
}

func (p *post) senders(clk clock.Clock) map[notify.Channel]notify.Sender {
	out := map[notify.Channel]notify.Sender{}
	if p.SMTPAddr != "" {
		out[notify.Email] = &notify.SMTP{Addr: p.SMTPAddr, From: p.SMTPFrom, User: p.SMTPUser, Password: p.SMTPPassword, Security: notify.Security(p.SMTPSecurity), Clock: clk}
	}
	if p.SMSURL != "" {
		out[notify.SMS] = &notify.Gateway{URL: p.SMSURL, Method: p.SMSMethod, Body: p.SMSBody, Secret: p.SMSSecret, Success: p.SMSSuccess, Clock: clk}
	}
	return out
}
