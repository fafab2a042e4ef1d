-- +goose Up
-- Counters are stated anew from what is published, from this day on.
alter table due add column since text;
create index due_region on due (region, agency, category);
create index due_province on due (province, region, agency, category);
