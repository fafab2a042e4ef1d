-- +goose Up
-- 3.1.4: what the matters come to, by the month each count is attributed to. scope: a unit, or a division with all below it; level: 0 of a unit,
-- else the division's. dim and value: of all, or by type, channel, topic, a code, a day. about: the unit the matters are hidden from, 0 for none.
create table casework_tally (
  province integer not null, scope bigint not null, level integer not null, month integer not null, dim text not null, value text not null, about bigint not null default 0,
  contacts bigint not null default 0, matters bigint not null default 0, remedies bigint not null default 0, accepted bigint not null default 0, refused bigint not null default 0,
  dispatched bigint not null default 0, objected bigint not null default 0, upheld bigint not null default 0, replied bigint not null default 0, due bigint not null default 0,
  ontime bigint not null default 0, ended bigint not null default 0, reopened bigint not null default 0, promised bigint not null default 0, promise_due bigint not null default 0,
  promise_kept bigint not null default 0, asked bigint not null default 0, reached bigint not null default 0, solved bigint not null default 0, partly bigint not null default 0,
  unsolved bigint not null default 0, satisfied bigint not null default 0, fair bigint not null default 0, dissatisfied bigint not null default 0, discontent bigint not null default 0,
  cohort bigint not null default 0, finished bigint not null default 0,
  primary key (province, scope, month, dim, value, about)
);
create index casework_tally_nation on casework_tally (month, dim) where level = 1;

-- What each matter was counted as: taken back when it changes, and what the list behind a figure is found by. Codes and days, nothing of the person.
create table casework_counted (
  province integer not null, matter bigint not null, agency bigint not null, region bigint not null, prefecture bigint not null, county bigint not null, marks text not null,
  primary key (province, matter)
);
create index casework_counted_agency on casework_counted (agency, matter);
create index casework_counted_county on casework_counted (county, matter);
create index casework_counted_prefecture on casework_counted (prefecture, matter);

-- A word that rose suddenly in a place, in the week that ended on a day: by how many persons it was used, and how many were to be expected.
create table casework_hot (
  province integer not null, id bigint not null, place bigint not null, prefecture bigint not null, county bigint not null, term text not null, week text not null,
  persons integer not null, matters integer not null, expected integer not null, found_at bigint not null,
  primary key (province, id)
);
create unique index casework_hot_term on casework_hot (province, place, week, term);

create table casework_hot_seen (
  province integer not null, hot bigint not null, person bigint not null, at bigint not null,
  primary key (province, hot, person)
);
create index casework_filed on casework (province, filed_at, id);

-- Reports to the leaders. Each submission is a revision that stays.
create table casework_report (
  province integer not null, id bigint not null, agency bigint not null, region bigint not null, prefecture bigint not null, county bigint not null, place bigint not null, unit bigint not null default 0, from_month integer not null, to_month integer not null,
  state text not null, last integer not null, author bigint not null, begun_at bigint not null, submitted_at bigint, closed_at bigint,
  primary key (province, id),
  constraint report_state check (state in ('draft', 'submitted', 'instructed', 'closed'))
);
create index casework_report_agency on casework_report (agency, to_month, id);
create table casework_report_revision (
  province integer not null, report bigint not null, number integer not null, written text not null, figures text not null, saved integer not null, author bigint not null, saved_at bigint not null, submitted_at bigint,
  primary key (province, report, number)
);
-- 批示: what a leader asks to be done, by whom and until when, and what became of it.
create table casework_instruction (
  province integer not null, report bigint not null, id bigint not null, leader bigint not null, content text not null, follower bigint not null, due_on text not null, at bigint not null,
  state text not null, answer text not null default '', answered_by bigint, answered_at bigint, settled_by bigint, settled_at bigint,
  primary key (province, report, id),
  constraint instruction_state check (state in ('open', 'answered', 'settled'))
);
create index casework_instruction_follower on casework_instruction (follower, due_on, id) where state <> 'settled';
