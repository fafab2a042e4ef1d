-- +goose Up
-- Forms written beside a call that nobody sent: few, found to be destroyed.
create index hotline_call_draft on hotline_call (ended_at, id) where draft is not null and state = 'ended';
