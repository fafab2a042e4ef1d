-- +goose Up
-- told_at, soon_at: the leader was reminded the day before, and an hour before. settled_at: the calls of the slot were counted after its end.
alter table roster_slot add column soon_at bigint;
alter table roster_slot add column settled_at bigint;
create index roster_slot_hour on roster_slot (begins_at, id) where published and soon_at is null and state = 'planned';
create index roster_slot_over on roster_slot (ends_at, id) where published and settled_at is null and state = 'planned';
