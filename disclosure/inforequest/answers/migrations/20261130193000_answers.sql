-- +goose Up
-- The public log of answered requests (1.1.b). It knows no request: no number, no id, no day. Ids are random, times are months.
create table answer (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  title text not null, asked text not null, decision text not null, summary text not null, month text not null,
  state text not null, note text not null default '', reason text not null default '', published text,
  author bigint not null, author_for bigint, approver bigint, approver_for bigint,
  primary key (province, id),
  constraint answer_state check (state in ('draft', 'review', 'published', 'taken_down')),
  constraint answer_months check (length(month) = 7 and (published is null or length(published) = 7)),
  constraint answer_persons check (approver is null or approver <> author and approver <> coalesce(author_for, 0) and coalesce(approver_for, -1) <> author and coalesce(approver_for, -1) <> coalesce(author_for, 0)),
  constraint answer_approved check ((state in ('published', 'taken_down')) = (approver is not null and published is not null)),
  constraint answer_taken_down check ((state = 'taken_down') = (reason <> ''))
);
create index answer_list on answer (state, published, id);
create index answer_unit on answer (agency, state, published, id);
create index answer_region on answer (region, state, published, id);

-- Who of the staff ever wrote at an answer: none of them approves it.
create table answer_hand (
  province integer not null, answer bigint not null, person bigint not null,
  primary key (province, answer, person)
);

-- Copies of released files, sealed in the store of files: what lies there cannot be compared with the request's.
create table answer_file (
  province integer not null, answer bigint not null, id bigint not null, name text not null, kind text not null, size bigint not null, hash text not null,
  primary key (province, answer, id)
);

-- The request's side: which answer is made of it, sealed; mark is a keyed hash of the answer's id, to find the way back with the key.
create table answer_tie (
  province integer not null, request bigint not null, answer bytea not null, mark bytea not null,
  primary key (province, request)
);
create unique index answer_tie_mark on answer_tie (province, mark);

-- Article 44: what was often asked for, proposed to the unit to be published for everybody. Counts only; requests are the office's own.
create table answer_often (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  subject text not null, requests integer not null, applicants integer not null, suggested integer not null,
  state text not null, category text not null default '', item bigint, reason text not null default '', person bigint not null, decider bigint, at bigint not null,
  primary key (province, id),
  constraint often_state check (state in ('proposed', 'begun', 'declined')),
  constraint often_begun check ((state = 'begun') = (item is not null)),
  constraint often_declined check ((state = 'declined') = (reason <> '')),
  constraint often_decider check (state = 'proposed' or decider is not null)
);
create index answer_often_unit on answer_often (agency, state, id);
create table answer_often_request (
  province integer not null, request bigint not null, proposal bigint not null,
  primary key (province, request)
);
create index answer_often_of on answer_often_request (province, proposal);
