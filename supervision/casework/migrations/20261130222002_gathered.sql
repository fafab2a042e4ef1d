-- +goose Up
-- How many were merged into each matter of a list: asked with the province, which the old index left to a scan.
create index casework_gathered on casework (province, merged_into, id) where merged_into is not null;
drop index casework_into;
