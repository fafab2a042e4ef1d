-- +goose Up
-- 3.1.1: a call that was passed outside has ended for the queue; carried: the process still joins the caller with whoever he was passed to. When it
-- dies he is called back.
alter table hotline_call add column carried boolean not null default false;
create index hotline_call_carried on hotline_call (node) where carried;
