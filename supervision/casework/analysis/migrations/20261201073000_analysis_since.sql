-- +goose Up
-- The list behind a figure begins at the end of its period: nothing that came later can be counted in it. since: when the matter was filed, or the
-- first day it counts for where that is earlier.
alter table casework_counted add column since bigint not null default 0;
update casework_counted set since = c.filed_at from casework c where c.province = casework_counted.province and c.id = casework_counted.matter;
create index casework_counted_since on casework_counted (province, since, matter);
create index casework_counted_since_prefecture on casework_counted (province, prefecture, since, matter);
create index casework_counted_since_county on casework_counted (province, county, since, matter);
create index casework_counted_since_agency on casework_counted (province, agency, since, matter);
drop index casework_counted_agency;
drop index casework_counted_county;
drop index casework_counted_prefecture;
