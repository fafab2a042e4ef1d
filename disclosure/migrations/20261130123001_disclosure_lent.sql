-- +goose Up
-- The superior that lent whoever signed (委派); null for the unit's own people.
alter table item_step add column lent_by bigint;
