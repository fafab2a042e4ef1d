-- +goose Up
-- Which figures of a text the public does not read, and why each (JSON, disclosure.Hidden); '' for none.
alter table item_version add column hidden text not null default '';
