-- +goose Up
-- Who looked after a message that was not taken, and when: until then it waits in the inbox.
alter table exchange_mail add column seen_at bigint;
alter table exchange_mail add column seen_by bigint;
