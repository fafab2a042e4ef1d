package inforequest

// RecountBy has a recount take n requests in a transaction.
func (r *Requests) RecountBy(n int) { r.perRecount = n }
