-- +goose Up
-- A call is with the telephone of the leader on duty (3.1.5): the slot, and until when no seat is rung for it. tried: the slot whose telephone did not answer.
alter table hotline_call add column leader_slot bigint;
alter table hotline_call add column leader_until bigint;
alter table hotline_call add column leader_tried bigint;
-- One call at a time rings there or is spoken with, whichever process has it; the constraint judges.
create unique index hotline_call_leader on hotline_call (province, leader_slot) where leader_slot is not null and state <> 'ended';
