-- +goose Up
-- 1.1.d: how a division stood when a month ended, for the trend. Written before the periods of the new month begin.
create table coverage_month (
  province integer not null, place bigint not null, month text not null, closed_on text not null,
  units bigint not null, units_behind bigint not null, owed bigint not null, on_time bigint not null, late bigint not null,
  overdue bigint not null, pending bigint not null,
  primary key (province, place, month)
);
