// Package account says who works in the offices and what each may do: persons,
// logins, grants of a verb within a range of divisions, sessions, substitutes
// (AB角) and the slips by which an account is opened or recovered. Citizens
// need no account.
//
// About people it stores names and staff numbers of officials, hashes of their
// passwords and sealed second factors, as long as what they signed is kept. An
// administrator of the same range may read names and states, nobody a secret.
package account
