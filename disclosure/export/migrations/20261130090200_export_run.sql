-- +goose Up
-- When a static copy was made, and what it came to. One row a run; the oldest are dropped.
create table export_run (
  id bigint primary key, started_at bigint not null, ended_at bigint,
  files bigint not null default 0, changed bigint not null default 0, removed bigint not null default 0,
  fault text not null default ''
);
create index export_run_started on export_run (started_at, id);
