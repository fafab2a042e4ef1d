-- +goose Up
-- The tree of divisions (行政区划), a reference table. name_key is the first two characters of the
-- name as one number, so that both engines find a name by its beginning through a plain index.
-- parent has no foreign key: checked row by row it cost PostgreSQL a third of the import, and the code itself gives it.
create table division (
  code       bigint primary key,
  parent     bigint check (parent <> code),
  level      bigint not null check (level between 0 and 5),
  name       text not null check (name <> ''),
  name_key   bigint not null,
  province   bigint not null,
  prefecture bigint not null,
  county     bigint not null,
  valid_from text,
  valid_to   text
);
create index division_parent on division (parent, code);
-- division_name on (name_key, level, code) is made by the import, when the rows are in.

-- How far the divisions the binary carries are imported; one row per edition.
create table division_import (
  edition     text primary key,
  last_code   bigint not null,
  done        bigint not null,
  total       bigint not null,
  finished_at bigint
);
