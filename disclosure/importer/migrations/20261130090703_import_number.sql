-- +goose Up
-- A distributed database keeps a uniqueness only within a province; the number begins with the division, so that is enough.
drop index import_number;
create unique index import_number on import_batch (province, number);
create index import_by_number on import_batch (number);
