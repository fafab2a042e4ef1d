-- +goose Up
-- 1.1.b: the yearly report on open government information, one of an agency and year; current is the revision the public reads.
create table yearly_report (
  province integer not null, id bigint not null,
  prefecture bigint not null, county bigint not null, region bigint not null,
  agency bigint not null, year integer not null, current bigint, last integer not null default 0,
  first_at bigint, begun_at bigint not null,
  primary key (province, id),
  constraint yearly_year check (year between 2008 and 2200)
);
create unique index yearly_of_unit on yearly_report (province, agency, year);

-- A text of a report. Who wrote, submitted and approved are natural persons; the constraints refuse one in two of the roles.
create table yearly_revision (
  province integer not null, id bigint not null, report bigint not null, number integer not null,
  state text not null, reason text not null default '', note text not null default '',
  written text not null default '{}', figures text not null default '{}', saved integer not null default 0,
  author bigint not null, submitter bigint, approver bigint,
  saved_at bigint not null, submitted_at bigint, published_at bigint,
  primary key (province, id), foreign key (province, report) references yearly_report (province, id),
  constraint yearly_state check (state in ('draft', 'submitted', 'published', 'superseded', 'discarded')),
  constraint yearly_reason check (number = 1 or reason <> ''),
  constraint yearly_author_approves check (approver is null or approver <> author),
  constraint yearly_submitter_approves check (approver is null or submitter is null or approver <> submitter),
  constraint yearly_unapproved check (state not in ('published', 'superseded') or (approver is not null and submitter is not null and published_at is not null))
);
create unique index yearly_number on yearly_revision (province, report, number);
create unique index yearly_open on yearly_revision (province, report) where state in ('draft', 'submitted');
create index yearly_waiting on yearly_revision (province, state, saved_at, id) where state in ('draft', 'submitted');

-- Who had a hand in a revision: persons of the staff and whom they stood in for.
create table yearly_hand (
  province integer not null, id bigint not null, revision bigint not null, verb text not null,
  person bigint not null, principal bigint, at bigint not null,
  primary key (province, id), foreign key (province, revision) references yearly_revision (province, id)
);
create index yearly_hands on yearly_hand (province, revision, id);
