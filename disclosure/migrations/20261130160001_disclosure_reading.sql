-- +goose Up
-- Pictures and pages a machine still reads in an attachment, and how many it
-- has; 0 of 0 when there is nothing left to read.
alter table item_file add column reading bigint not null default 0;
alter table item_file add column read_done bigint not null default 0;
