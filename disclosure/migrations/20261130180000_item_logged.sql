-- +goose Up
-- How far what was public before there was a public log has its leaves: one row, moved in the transactions that write them. Without it every
-- start of a server would ask the log about every item.
create table item_logged (
  id integer primary key, upto_province integer not null, upto_item bigint not null, whole boolean not null, at bigint not null
);
