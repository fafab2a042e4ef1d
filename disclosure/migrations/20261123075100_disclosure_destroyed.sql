-- +goose Up
-- When a reader's report lost its text and contact (retention table).
alter table error_report add column destroyed_at bigint;
create index report_over on error_report (answered_at) where destroyed_at is null;
create index version_discarded on item_version (saved_at, id) where state = 'discarded';
