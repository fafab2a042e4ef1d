-- +goose Up
-- 1.1.d: what each agency owes of its catalogue: the current period's row and counters of those before it.
create table due (
  province integer not null, agency bigint not null, category text not null,
  prefecture bigint not null, county bigint not null, region bigint not null, kind text not null,
  period text not null, opens_on text not null, due_on text not null, rolls_on text,
  met_on text, item bigint,
  on_time integer not null default 0, late integer not null default 0, missed integer not null default 0,
  primary key (province, agency, category)
);
create index due_county on due (county, region, agency, category);
create index due_prefecture on due (prefecture, region, agency, category);
create index due_open on due (due_on, province, agency, category) where met_on is null;
create index due_rolls on due (rolls_on, province, agency, category) where rolls_on is not null;
