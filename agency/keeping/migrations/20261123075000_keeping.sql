-- +goose Up
-- When each line of the retention table was last carried out, and on how many records; -1 = not counted.
create table keeping_run (
  record text primary key, at bigint not null, records bigint not null, total bigint not null
);

-- A person's request about his own data: what he wrote, his contact and the answer are sealed, and destroyed after their time.
create table privacy_request (
  province integer not null, id bigint not null, number text not null, code bytea not null,
  region bigint not null, kind text not null, body bytea, contact bytea, answer bytea,
  state text not null default 'open', at bigint not null, due_on text not null,
  answered_by bigint, answered_at bigint, destroyed_at bigint,
  primary key (province, id),
  constraint request_kind check (kind in ('access', 'copy', 'correct', 'delete')),
  constraint request_state check (state in ('open', 'answered')),
  constraint request_answered check (state = 'open' or answered_at is not null)
);
create unique index request_number on privacy_request (number);
create index request_open on privacy_request (state, due_on, id);
create index request_region on privacy_request (region, state, id);
create index request_over on privacy_request (answered_at) where destroyed_at is null;
