-- +goose Up
-- Reports of errors in published items without an answer, for the self-check of a division.
create index casework_error on casework (province, region, filed_at) where type = 'error' and replied_at is null;
