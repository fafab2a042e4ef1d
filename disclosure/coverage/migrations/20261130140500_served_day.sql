-- +goose Up
-- Self-check: on how many of a day's five-minute marks the installation answered for its own front page. Nothing of who asked for it.
create table served_day (
  day text primary key, marks integer not null, first_at bigint not null, last_at bigint not null,
  constraint served_marks check (marks between 1 and 288)
);
