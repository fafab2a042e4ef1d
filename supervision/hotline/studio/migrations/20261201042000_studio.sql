-- +goose Up
-- What a hotline's caller is told (3.1.1), as an agency has it said: a wording of
-- a prompt in a language or dialect, and what somebody recorded of it. hands are
-- the persons whose work a version is; none of them passes it. said is the
-- wording that was read when it was recorded; basis is the hash of the built-in
-- wording where the version keeps to it, '' for words of the agency's own.
create table studio_version (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  prompt text not null, lang text not null, number integer not null, state text not null,
  text text not null, pinyin text not null, basis text not null, said text not null default '', sound text not null default '', millis integer not null default 0,
  hands text not null, author bigint not null, written_at bigint not null, speaker bigint, recorded_at bigint,
  sent_at bigint, reviewer bigint, decided_at bigint, remark text not null default '', ended_at bigint,
  primary key (province, id),
  constraint studio_version_state check (state in ('draft', 'sent', 'used', 'past', 'withdrawn')),
  constraint studio_version_sound check (state = 'draft' or sound <> ''),
  constraint studio_version_reviewer check (state in ('draft', 'sent') or reviewer is not null and reviewer <> author)
);
create unique index studio_version_number on studio_version (province, agency, lang, prompt, number);
create unique index studio_version_open on studio_version (province, agency, lang, prompt) where state in ('draft', 'sent');
create unique index studio_version_used on studio_version (province, agency, lang, prompt) where state = 'used';
create index studio_version_sound on studio_version (province, sound);

-- The recordings themselves, by their hash: A-law of 8 kHz, one channel.
create table studio_sound (
  province integer not null, hash text not null, octets bytea not null, at bigint not null,
  primary key (province, hash),
  constraint studio_sound_size check (length(octets) <= 1048576)
);
