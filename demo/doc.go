// Package demo makes the demonstration: one real county with its townships and
// villages, in which invented units and invented staff have published for a
// year. It keeps no clause of its own; it shows every clause of 一 信息公开 at
// work, carried out through the same use cases as in the offices, never by
// writing rows.
//
// About people it stores only invented ones: names made of syllables that say
// so (示, 演, 例, 拟), telephones and credit codes that cannot exist. Every page,
// print and export of the demonstration is marked as demonstration data.
package demo
