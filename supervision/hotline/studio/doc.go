// Package studio is where the hotline's prompts come from (3.1.1): wordings and
// recordings of an agency, passed by a second person before a caller hears them,
// files of a folder, and a placeholder voice for what nobody recorded yet; the
// set of them the switchboard plays; and what is published, read aloud.
//
// Of people it stores who of the staff worded, recorded and passed a version. A
// recording of a prompt is the agency's own text read aloud, not personal data;
// it is kept with its versions. Whoever holds studio.write or studio.review
// reads and hears the versions of his unit and of the units above it.
package studio
