-- +goose Up
-- The lists of a county and of a prefecture ask for the province too. SQLite held its index of the province's open matters
-- for as good and walked past those of other counties; with the province in them these are plainly the better ones.
create index casework_county_open on casework (province, county, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
create index casework_prefecture_open on casework (province, prefecture, (coalesce(due_at, step_due, 9223372036854775807)), id) where state not in ('closed', 'merged');
drop index casework_county;
drop index casework_prefecture;
-- What is done, of a division: it was walked through and sorted.
create index casework_done_county on casework (province, county, closed_at, id) where state in ('closed', 'merged');
create index casework_done_prefecture on casework (province, prefecture, closed_at, id) where state in ('closed', 'merged');
create index casework_done_province on casework (province, closed_at, id) where state in ('closed', 'merged');
