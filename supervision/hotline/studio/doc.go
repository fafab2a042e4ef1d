// Package studio is where the hotline's prompts come from (3.1.3): sounds that
// are read into what a telephone carries, a placeholder voice for those nobody
// recorded yet, and the set the switchboard plays.
//
// It stores nothing about people.
package studio
