package inforequest

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// Fee is a fee asked, and its payment.
type Fee struct {
	ID      int64
	Ladder  string // case, page
	Units   int
	Yuan    int
	AskedOn clock.Date
	PayBy   clock.Date
	PaidOn  clock.Date
	Receipt string
}

// CaseFee is the fee in yuan of an applicant's nth request in a calendar month
// (信息处理费管理办法, 国办函〔2020〕109号: 按件计收, 超额累进).
func CaseFee(f norm.Fees, nth int) int {
	last := norm.Band{}
	for _, b := range f.Case {
		if nth <= b.Upto || b.Upto == 0 {
			return b.Yuan
		}
		last = b
	}
	if f.CaseThen.Every < 1 {
		return last.Yuan
	}
	bands := (nth-last.Upto-1)/f.CaseThen.Every + 1
	return last.Yuan + bands*f.CaseThen.Yuan
}

// PageFee is the fee in yuan of so many pages of one request (按量计收): each
// band prices the pages that lie in it.
func PageFee(f norm.Fees, pages int) int {
	yuan, from := 0, 0
	for _, b := range f.Page {
		upto := b.Upto
		if upto == 0 || upto > pages {
			upto = pages
		}
		yuan += max(upto-from, 0) * b.Yuan
		from = upto
	}
	return yuan
}

func feesOf(tx *db.Tx, q *Request) ([]Fee, error) {
	return db.List(tx, func(r *db.Rows, f *Fee) error {
		return r.Scan(&f.ID, &f.Ladder, &f.Units, &f.Yuan, &f.AskedOn, &f.PayBy, &f.PaidOn, &f.Receipt)
	}, "select id, ladder, units, yuan, asked_on, pay_by, paid_on, receipt from inforequest_fee where province = $1 and request = $2 order by id limit 10", q.Province, q.ID)
}

func insertFee(tx *db.Tx, q *Request, f Fee) error {
	_, err := tx.Exec("insert into inforequest_fee (province, request, id, ladder, units, yuan, asked_on, pay_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
		q.Province, q.ID, f.ID, f.Ladder, f.Units, f.Yuan, f.AskedOn, f.PayBy)
	return err
}

func payFee(tx *db.Tx, q *Request, receipt string, on clock.Date) error {
	_, err := tx.Exec("update inforequest_fee set paid_on = $3, receipt = $4 where province = $1 and request = $2 and paid_on is null", q.Province, q.ID, on, receipt)
	return err
}
