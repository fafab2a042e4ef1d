-- +goose Up
create table calendar_edition (
  division     bigint not null, -- 0 is the nation
  year         bigint not null,
  version      bigint not null,
  source       text   not null,
  body         text   not null, -- the house's own calendar format, one year
  published_at bigint not null,
  published_by bigint not null, -- person; 0 is the program's own seed
  primary key (division, year, version),
  check (version > 0),
  check (year between 2000 and 2199)
);

-- One row whose mark changes with every publication, so that whoever keeps
-- calendars in memory sees in one read that they are out of date.
create table calendar_head (
  id   bigint not null primary key,
  mark bigint not null
);

insert into calendar_head (id, mark) values (1, 0);
