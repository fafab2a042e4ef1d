-- +goose Up
-- 1.1.d: how the obligations of a place stand, kept in the transaction that changes one of them. place is the county, or where there is none the
-- prefecture, province or nation, an agency lies in; what stands above is summed on reading. due_on is the day of what is unmet, '' of what
-- is met, so that a day that passes changes no row. Derived from due, and counted anew at any time.
create table due_count (
  province integer not null, prefecture bigint not null, place bigint not null, category text not null,
  due_on text not null, band integer not null, n bigint not null,
  primary key (province, prefecture, place, category, due_on, band)
);
-- Agencies by the day of the oldest thing they have not met, '' for those that owe nothing now.
create table due_unit_count (
  province integer not null, prefecture bigint not null, place bigint not null, kind text not null,
  open_since text not null, n bigint not null,
  primary key (province, prefecture, place, kind, open_since)
);
-- Every list below a division names its province, so that a distributed database asks one shard, and no planner has to choose between two columns.
drop index due_county;
drop index due_prefecture;
drop index due_region;
create index due_county on due (province, county, region, agency, category);
create index due_prefecture on due (province, prefecture, region, agency, category);
create index due_open_province on due (province, due_on, agency, category) where met_on is null;
create index due_open_prefecture on due (province, prefecture, due_on, agency, category) where met_on is null;
create index due_open_county on due (province, county, due_on, agency, category) where met_on is null;
