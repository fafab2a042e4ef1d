-- +goose Up
-- A take-down for privacy destroys what a batch keeps of the item.
create index row_item on import_row (province, item) where item is not null;
