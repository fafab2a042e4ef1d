-- +goose Up
-- A session of training for those who answer (3.1.2).
create table training_session (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  subject text not null, day text not null, minutes integer not null, material text not null default '', by_person bigint not null, at bigint not null,
  primary key (province, id),
  constraint training_session_minutes check (minutes between 1 and 6000)
);
create index training_session_agency on training_session (agency, day, id);

create table training_attendance (
  province integer not null, session bigint not null, person bigint not null,
  primary key (province, session, person)
);
create index training_attendance_person on training_attendance (person, session);

-- The result of an examination.
create table training_result (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  person bigint not null, subject text not null, day text not null, score integer not null, pass integer not null, by_person bigint not null, at bigint not null,
  primary key (province, id),
  constraint training_result_score check (score between 0 and 100 and pass between 1 and 100)
);
create unique index training_result_once on training_result (province, agency, person, subject, day);
create index training_result_person on training_result (person, day, id);
create index training_result_agency on training_result (agency, day, id);

-- 上岗资格: who may answer, from when to when. by_person is never the person himself.
create table training_qualification (
  province integer not null, id bigint not null, prefecture bigint not null, county bigint not null, region bigint not null, agency bigint not null,
  person bigint not null, valid_from text not null, valid_to text not null, review_on text not null, by_person bigint not null, at bigint not null, withdrawn_at bigint, why text not null default '',
  primary key (province, id),
  constraint training_qualification_time check (valid_from <= valid_to and review_on >= valid_from and review_on <= valid_to),
  constraint training_qualification_other check (by_person <> person),
  constraint training_qualification_why check (withdrawn_at is null or why <> '')
);
create index training_qualification_person on training_qualification (person, valid_to, id);
create index training_qualification_agency on training_qualification (agency, valid_to, id);
