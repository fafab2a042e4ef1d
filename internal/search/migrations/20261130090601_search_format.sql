-- +goose Up
-- How the terms of the index are made; one row per way that every document has been indexed by.
create table search_format (version integer primary key, at bigint not null);
