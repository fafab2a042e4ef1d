-- +goose Up
-- The counters of a province summed over its places, for the nation's pages. Rows of id 0 are the sums; on PostgreSQL a transaction adds rows of
-- its own beside them, so that two of one province need not wait for each other, and a job folds those in. What is read is always the sum of all.
create table due_sum (
  province integer not null, id bigint not null, category text not null, due_on text not null, band integer not null, n bigint not null,
  primary key (province, id, category, due_on, band)
);
create table due_unit_sum (
  province integer not null, id bigint not null, kind text not null, open_since text not null, n bigint not null,
  primary key (province, id, kind, open_since)
);
insert into due_sum (province, id, category, due_on, band, n) select province, 0, category, due_on, band, sum(n) from due_count group by province, category, due_on, band;
insert into due_unit_sum (province, id, kind, open_since, n) select province, 0, kind, open_since, sum(n) from due_unit_count group by province, kind, open_since;
