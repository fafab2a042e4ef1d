-- +goose Up
-- 3.1.1: a seat's browser speaks with every telephone process, so that the one that holds a caller rings it. hotline_seat.node is from now on the
-- process a seat was engaged by (consulted), or the last it came to.
create table hotline_seat_at (
  province integer not null, seat bigint not null, node text not null, lease_until bigint not null,
  primary key (province, seat, node)
);
create index hotline_seat_at_node on hotline_seat_at (node);
-- address: where other machines' pages speak with the process; empty: nowhere.
alter table hotline_node add column address text not null default '';
