// Package suppress decides which figures of tables about people are not
// published, so that no small figure can be worked out from the others by
// adding and subtracting. It serves 1.1.a, 可能侵犯公民隐私的除外, and knows
// neither the norm nor what the figures count.
//
// A Family is the figures and every sum among them: rows, columns, parts and
// wholes of units, quarters of a year, earlier texts of the same table. Some
// are Past: already public as they stand, and never changed.
//
// The reader is taken to know every sum exactly, that figures are whole and not
// negative, what "fewer than k" says (1 to k-1; nobody is 0 and is published),
// and how figures are chosen: that one which is not published without a word is
// either none or at least k. Against him the promise is:
//
//	Every small figure may still be any of 1 to k-1, for all that is public.
//
// So the page's "fewer than k" is all that anybody learns. It is not left to
// theory: for each small figure and each of its values Protect finds a whole
// table that agrees with all that is public, and hides further figures until it
// does. Where it finds none it hides more, in the end all that is new.
//
// Nothing is stored.
package suppress
