-- +goose Up
-- Requests for information (1.1.b). What a person wrote and who he is are sealed; the subject is masked.
create table inforequest (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  number text not null, code bytea not null, token bytea not null,
  channel text not null, applicant text not null, who bytea not null, month text not null,
  state text not null, subject text not null, asked bytea, identity bytea,
  delivery text not null, medium text not null, own_record boolean not null default false, open_answer boolean not null default false, needs text not null default '', helped boolean not null default false,
  filed_at bigint not null, received_on text, verified_by bigint, verified_at bigint,
  handler bigint, unit text not null default '',
  due_on text, reply_by text, next_on text, at_latest boolean not null default false, provisional boolean not null default false, calendar text not null default '', extra integer not null default 0, warned integer not null default 0,
  decision text, variant text not null default '', decided_on text, delivered_at bigint, closed_on text, late boolean not null default false,
  reassess_on text, merged_into bigint, split_from bigint, archived_at bigint, destroyed_at bigint,
  primary key (province, id),
  constraint inforequest_channel check (channel in ('web', 'counter', 'oral', 'post', 'letter', 'fax')),
  constraint inforequest_state check (state in ('filed', 'open', 'clarifying', 'paying', 'review', 'decided', 'closed')),
  constraint inforequest_received check (state = 'filed' or state = 'closed' or received_on is not null),
  constraint inforequest_closed check ((state = 'closed') = (closed_on is not null))
);
create unique index inforequest_number on inforequest (province, number);
create index inforequest_by_number on inforequest (number);
create unique index inforequest_token on inforequest (province, token);
create index inforequest_agency on inforequest (agency, state, next_on, id);
create index inforequest_next on inforequest (state, next_on, id);
create index inforequest_region on inforequest (region, state, next_on, id);
create index inforequest_who on inforequest (agency, who, month, id);
create index inforequest_year on inforequest (agency, closed_on, id);
create index inforequest_reassess on inforequest (reassess_on, id) where reassess_on is not null;

-- What happened, for the clock, the applicant and inspection. public: the applicant sees it.
create table inforequest_event (
  province integer not null, request bigint not null, id bigint not null, kind text not null, on_day text not null, at bigint not null,
  person bigint, ref bigint, n integer, note bytea, public boolean not null,
  primary key (province, request, id)
);

create table inforequest_consult (
  province integer not null, request bigint not null, id bigint not null, kind text not null, whom bytea not null, asked_on text not null,
  due_on text not null, answer text not null default '', answered_on text, reasons bytea, told_on text,
  primary key (province, request, id),
  constraint consult_kind check (kind in ('third_party', 'other_agency')),
  constraint consult_answer check (answer in ('', 'agrees', 'partly', 'refuses', 'silent'))
);

-- A draft of the decision. Whoever approves has not written it.
create table inforequest_draft (
  province integer not null, request bigint not null, id bigint not null, decision text not null, variant text not null, content bytea not null,
  reviewed text not null default '', state text not null, author bigint not null, author_for bigint, submitted_at bigint, approver bigint, approver_for bigint, approved_at bigint,
  primary key (province, request, id),
  constraint draft_state check (state in ('draft', 'review', 'returned', 'approved')),
  constraint draft_persons check (approver is null or approver <> author and approver <> coalesce(author_for, 0) and coalesce(approver_for, -1) <> author and coalesce(approver_for, -1) <> coalesce(author_for, 0)),
  constraint draft_approved check ((state = 'approved') = (approver is not null))
);

create table inforequest_file (
  province integer not null, request bigint not null, id bigint not null, purpose text not null, name bytea not null, kind text not null,
  size bigint not null, hash text not null, sha text not null, found integer not null default 0, blocked boolean not null default false, uncertain text not null default '', at bigint not null, person bigint, destroy_on text, destroyed_at bigint,
  primary key (province, request, id),
  constraint file_purpose check (purpose in ('identity', 'asked', 'source', 'release', 'letter', 'scan', 'proof', 'consult'))
);
create index inforequest_file_destroy on inforequest_file (destroy_on, id) where destroyed_at is null and destroy_on is not null;

create table inforequest_fee (
  province integer not null, request bigint not null, id bigint not null, ladder text not null, units integer not null, yuan integer not null,
  asked_on text not null, pay_by text not null, paid_on text, receipt text not null default '',
  primary key (province, request, id),
  constraint fee_ladder check (ladder in ('case', 'page')), constraint fee_yuan check (yuan > 0)
);

-- Letters sent, by the agency's own register of numbers; sealed_on: 用印.
create table inforequest_letter (
  province integer not null, request bigint not null, id bigint not null, agency bigint not null, kind text not null, year integer not null, serial integer not null,
  number text not null, made_on text not null, person bigint not null, content bytea not null, sealed_on text, sealed_by bigint, scan bigint,
  sent_on text, sent_by text not null default '', proof text not null default '',
  primary key (province, request, id)
);
create unique index inforequest_letter_number on inforequest_letter (province, agency, year, serial);
create table inforequest_serial (province integer not null, agency bigint not null, year integer not null, last integer not null, primary key (province, agency, year));

-- An agency's own wording of a letter.
create table inforequest_template (
  province integer not null, agency bigint not null, kind text not null, text text not null, person bigint not null, at bigint not null,
  primary key (province, agency, kind)
);

-- Reconsideration and lawsuits: 行政复议、行政诉讼.
create table inforequest_remedy (
  province integer not null, request bigint not null, id bigint not null, agency bigint not null, kind text not null, filed_on text not null,
  outcome text not null default '', ended_on text, person bigint not null, at bigint not null,
  primary key (province, request, id),
  constraint remedy_kind check (kind in ('review', 'suit', 'suit_after_review')),
  constraint remedy_outcome check (outcome in ('', 'upheld', 'corrected', 'other')),
  constraint remedy_ended check ((outcome = '') = (ended_on is null))
);
create index inforequest_remedy_agency on inforequest_remedy (agency, filed_on, id);

-- Wrong codes, by a keyed hash of the number, so that guessing is slow whoever guesses.
create table inforequest_try (number bytea not null, hour bigint not null, times integer not null, primary key (number, hour));

-- What an office writes in every letter: its mark in letter numbers, who reviews its decisions, which court, where to pay.
create table inforequest_office (
  province integer not null, agency bigint not null, mark text not null, review_body text not null, review_online text not null,
  court text not null, reply_to text not null, pay_how text not null, person bigint not null, at bigint not null,
  primary key (province, agency)
);
create index inforequest_handler on inforequest (handler, id) where handler is not null;
create index inforequest_consult_open on inforequest_consult (due_on, id) where answer = '';
