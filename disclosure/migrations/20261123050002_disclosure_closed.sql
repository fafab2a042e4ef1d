-- +goose Up
-- The public reason why a superseded text can no longer be read; '' while it can.
alter table item_version add column closed text not null default '';
